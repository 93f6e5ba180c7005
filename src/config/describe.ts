/** Walks the schema: every setting with its path, description and default, in the order of the schema. */
import type { z } from 'zod';

export interface SettingDescription {
  /** Path of keys; `*` stands for a name of the user's (a server) and `[]` for the entries of a list. */
  readonly path: readonly string[];
  readonly description: string | null;
  /** As a user would write it; undefined = none. */
  readonly defaultValue: unknown;
  /** Whether settings stand below it. */
  readonly group: boolean;
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly defaultValue?: unknown;
}

function definition(schema: z.ZodType): Definition {
  return schema.def;
}

/** The schema without its wrappers (optional, default), and what the wrappers said. */
function unwrap(schema: z.ZodType): { inner: z.ZodType; description: string | null; defaultValue: unknown } {
  let inner = schema;
  let description = schema.description ?? null;
  let defaultValue: unknown;
  for (;;) {
    const current = definition(inner);
    if (current.innerType === undefined) return { inner, description, defaultValue };
    defaultValue ??= current.defaultValue;
    inner = current.innerType;
    description ??= inner.description ?? null;
  }
}

/** The keys that an object schema knows; null where keys are the user's own, or there are none. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] | null {
  const { inner } = unwrap(schema);
  const { shape, element, valueType } = definition(inner);
  const [head, ...rest] = path;
  if (head === undefined) return shape === undefined ? null : Object.keys(shape);
  const next = shape?.[String(head)] ?? element ?? valueType;
  return next === undefined ? null : knownKeys(next, rest);
}

export function describeSettings(schema: z.ZodType, path: readonly string[] = []): SettingDescription[] {
  const { inner, description, defaultValue } = unwrap(schema);
  const { shape, element, valueType, type } = definition(inner);
  if (shape !== undefined) {
    const below = Object.entries(shape).flatMap(([key, child]) => describeSettings(child, [...path, key]));
    return path.length === 0 ? below : [{ path, description, defaultValue: undefined, group: true }, ...below];
  }
  const own = { path, description, defaultValue, group: false };
  if (type === 'array' && element !== undefined && definition(unwrap(element).inner).shape !== undefined) {
    return [own, ...describeSettings(element, [...path, '[]']).slice(1)];
  }
  if (type === 'record' && valueType !== undefined && definition(unwrap(valueType).inner).shape !== undefined) {
    return [own, ...describeSettings(valueType, [...path, '*']).slice(1)];
  }
  return [own];
}
