/**
 * Every sentence that a state folder can end a start with. State that cannot be read is never replaced by an empty
 * one: a silent restart from zero would count everything again, so the program stops and says what to do.
 */
import { UserError } from '../../runtime/errors.ts';

/** Which command's state a folder holds: `embedded` is that of `run`, `kafka` that of `agent`. */
export type StateKind = 'embedded' | 'kafka';

const commandOf: Readonly<Record<StateKind, string>> = { embedded: 'straggler run', kafka: 'straggler agent' };

const startAnew =
  'Restore the folder from a backup, or move it away and start again: the logs that are still there are then read ' +
  'from the beginning';
/** What to do about a state of which something cannot be relied on. */
export const startAnewWith: Readonly<Record<StateKind, string>> = {
  embedded: `${startAnew}.`,
  kafka: `${startAnew}, and what had already been sent counts twice in totals (never among unique clients).`,
};

/** The state is not what was written: what `straggler state verify` is asked to find. */
export class StateDamage extends UserError {}

/** Another process holds the state. */
export class StateLocked extends UserError {}

export function stateMissing(directory: string): UserError {
  return new UserError(`There is no state in ${directory}.`, {
    remedy: 'Name the folder of a `straggler run` or a `straggler agent` with --state.',
  });
}

export function stateLocked(directory: string, waitedMs: number): UserError {
  const waited = waitedMs < 1000 ? '' : ` (waited ${Math.round(waitedMs / 1000)} s)`;
  return new StateLocked(`The state folder ${directory} is in use by another straggler${waited}.`, {
    remedy: 'Stop the other one, or give this one a folder of its own with --state.',
    retryable: true,
  });
}

export function stateDamaged(directory: string, kind: StateKind, what: string, cause?: unknown): UserError {
  return new StateDamage(`The state in ${directory} is damaged: ${what}.`, { remedy: startAnewWith[kind], cause });
}

export function stateEmptied(directory: string, kind: StateKind, what: string): UserError {
  return new StateDamage(`The state in ${directory} has lost its content: ${what}.`, { remedy: startAnewWith[kind] });
}

export function stateNewer(directory: string, found: number, known: number, writtenBy: string | null): UserError {
  const by = writtenBy === null ? 'a newer straggler' : `straggler ${writtenBy}`;
  return new UserError(
    `The state in ${directory} was written by ${by} (layout ${found}; this version knows up to ${known}).`,
    { remedy: 'Run that version or a later one, or give this one a folder of its own with --state.' },
  );
}

export function stateOfOtherCommand(directory: string, found: StateKind, wanted: StateKind): UserError {
  return new UserError(
    `The state in ${directory} belongs to \`${commandOf[found]}\`; \`${commandOf[wanted]}\` cannot use it.`,
    { remedy: 'Give each of the two a folder of its own with --state.' },
  );
}

export function stateForeign(directory: string): UserError {
  return new UserError(`${directory} holds a straggler.db that no straggler has written.`, {
    remedy: 'Give another folder with --state.',
  });
}

export function stateMixed(directory: string): UserError {
  return new StateDamage(`The files in ${directory} belong to two different states.`, {
    remedy: 'Restore straggler.db and straggler.id together from one backup.',
  });
}

function stateNotWritable(directory: string, cause: unknown): UserError {
  return new UserError(`The state folder ${directory} cannot be written: ${reasonOf(cause)}.`, {
    remedy: 'Give the account that runs straggler the right to write there, or another folder with --state.',
    retryable: true,
    cause,
  });
}

function stateDiskFull(directory: string, cause?: unknown): UserError {
  return new UserError(`The disk that holds the state folder ${directory} is full.`, {
    remedy: 'Make room; nothing is lost meanwhile.',
    retryable: true,
    cause,
  });
}

function stateUnreachable(directory: string, cause: unknown): UserError {
  return new UserError(`The state in ${directory} cannot be read or written at the moment: ${reasonOf(cause)}.`, {
    remedy: 'Look at the disk and its connection.',
    retryable: true,
    cause,
  });
}

/** SQLite's primary result codes that have a sentence of their own (https://sqlite.org/rescode.html). */
const sqlite = {
  error: 1,
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};

/** SQLite's primary result code of an error that node:sqlite threw; null of any other. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

export function isLocked(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === sqlite.busy || code === sqlite.locked;
}

/** File system errors that a virus scanner or a backup causes for a moment. */
export function isPassing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'EBUSY' || (process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES'));
}

/** Turns what SQLite or the file system threw into its sentence; anything else is a defect and stays as it is. */
export function stateError(directory: string, kind: StateKind, error: unknown): unknown {
  switch (sqliteCode(error)) {
    case sqlite.busy:
    case sqlite.locked:
      return stateLocked(directory, 0);
    case sqlite.error: // All statements are fixed: the tables are not what they were.
    case sqlite.corrupt:
    case sqlite.notDatabase:
      return stateDamaged(directory, kind, reasonOf(error), error);
    case sqlite.full:
      return stateDiskFull(directory, error);
    case sqlite.perm:
    case sqlite.readOnly:
    case sqlite.cannotOpen:
      return stateNotWritable(directory, error);
    case sqlite.io:
      return stateUnreachable(directory, error);
    default:
      return fileSystemError(directory, error);
  }
}

function fileSystemError(directory: string, error: unknown): unknown {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return stateNotWritable(directory, error);
    case 'ENOSPC':
    case 'EDQUOT':
      return stateDiskFull(directory, error);
    case 'EBUSY':
    case 'EIO':
      return stateUnreachable(directory, error);
    default:
      return error;
  }
}

function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  const plain: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'it is no folder',
    EEXIST: 'it is no folder',
    ENOENT: 'it cannot be made there',
  };
  return (code !== null ? plain[code] : undefined) ?? (error instanceof Error ? error.message : String(error));
}
