/** Settings in force: defaults, below the configuration file, below flags; and where each came from. */
import { readFileSync } from 'node:fs';
import { isMap, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../runtime/errors.ts';
import { didYouMean } from '../runtime/nearest.ts';
import { knownKeys } from './describe.ts';
import { type Settings, settingsSchema } from './schema.ts';

type Tree = { readonly [key: string]: unknown };

/** One value given on the command line. */
export interface FlagValue {
  /** As it was typed, `--listen`: named in errors and by `config print`. */
  readonly flag: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** What the file and the flags said, as they wrote it. */
  readonly written: Tree;
  /** Dotted path -> `--flag` or `file.yaml:12`; absent = the default. */
  readonly origins: ReadonlyMap<string, string>;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readConfiguration(file: string): { tree: Tree; lineOf: (path: readonly PropertyKey[]) => number | null } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`The configuration file ${file} cannot be read: ${(error as Error).message}`, {
      remedy: 'Give --config the path of a file, or start without it; "straggler config example" prints one.',
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) throw new UserError(`${file} is not valid YAML: ${problem.message.trim()}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw new UserError(`${file} must hold settings by name (as "inventory: known-clients.csv")`);
  }
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
    const start = node?.range?.[0];
    return start === undefined ? null : lines.linePos(start).line;
  };
  return { tree: treeOf(file, document), lineOf };
}

/** An alias without its anchor, or one that stands for far more than a person would write, shows only here. */
function treeOf(file: string, document: ReturnType<typeof parseDocument>): Tree {
  try {
    return (document.toJS() as Tree | null) ?? {};
  } catch (error) {
    throw new UserError(`${file} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
}

function withValue(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [head, ...rest] = path;
  if (head === undefined) return tree;
  if (rest.length === 0) return { ...tree, [head]: value };
  const below = tree[head];
  return { ...tree, [head]: withValue(isTree(below) ? below : {}, rest, value) };
}

function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isTree(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]));
}

/** One sentence a problem: where, what, and the word that was probably meant. */
function sentences(issue: z.core.$ZodIssue, originOf: (path: readonly PropertyKey[]) => string): string[] {
  const key = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(settingsSchema, issue.path) ?? [];
    return issue.keys.map((unknown) => {
      const whole = key === '' ? unknown : `${key}.${unknown}`;
      return `${originOf([...issue.path, unknown])}: there is no setting "${whole}"${didYouMean(unknown, known)}`;
    });
  }
  return [`${originOf(issue.path)}: ${key === '' ? 'the settings' : key}: ${issue.message}`];
}

/** Throws a UserError that names every problem at once. */
export function loadSettings(options: { configFile?: string; flags?: readonly FlagValue[] }): LoadedSettings {
  const { configFile, flags = [] } = options;
  const file = configFile === undefined ? null : readConfiguration(configFile);
  const origins = new Map<string, string>();
  for (const path of file === null ? [] : leaves(file.tree)) {
    const line = file?.lineOf(path);
    origins.set(path.join('.'), line === null || line === undefined ? (configFile ?? '') : `${configFile}:${line}`);
  }
  let written: Tree = file?.tree ?? {};
  for (const { flag, path, value } of flags) {
    written = withValue(written, path, value);
    origins.set(path.join('.'), flag);
  }
  const originOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const origin = origins.get(path.slice(0, length).map(String).join('.'));
      if (origin?.startsWith('--') === true) return origin;
    }
    const line = file?.lineOf(path);
    return line === null || line === undefined ? (configFile ?? 'settings') : `${configFile}:${line}`;
  };
  const result = settingsSchema.safeParse(written);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => sentences(issue, originOf));
    throw new UserError(problems.join('\n'), {
      remedy: '"straggler config example" prints every setting with its meaning.',
    });
  }
  return { settings: result.data, written, origins };
}
