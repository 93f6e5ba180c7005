import { inspect } from 'node:util';
import { UserError } from '../errors.ts';

/** An error in a form that crosses threads: structured cloning keeps neither classes nor added fields. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly code: string | null;
  /** The fields of a UserError; null for any other error. */
  readonly user: { readonly remedy: string | null; readonly retryable: boolean } | null;
  readonly cause: string | null;
}

export function carryError(error: unknown): CarriedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: null, code: null, user: null, cause: null };
  }
  return {
    name: error.name,
    message: error.message,
    stack: error.stack ?? null,
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    user: error instanceof UserError ? { remedy: error.remedy, retryable: error.retryable } : null,
    cause: error.cause === undefined ? null : error.cause instanceof Error ? String(error.cause) : inspect(error.cause),
  };
}

export function revivedError(carried: CarriedError): Error {
  const { name, message, stack, code, user, cause } = carried;
  const causing = cause === null ? {} : { cause };
  const error =
    user === null
      ? new Error(message, causing)
      : new UserError(message, {
          retryable: user.retryable,
          ...(user.remedy === null ? {} : { remedy: user.remedy }),
          ...causing,
        });
  error.name = name;
  if (stack !== null) error.stack = stack;
  return code === null ? error : Object.assign(error, { code });
}
