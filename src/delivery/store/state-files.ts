/**
 * The files of a state folder beside SQLite's own. `straggler.id` is written once the database is complete and stays
 * for good: a folder that has it and no content in its database has lost its state, and must not be taken for new.
 *
 * The database itself is never opened here: POSIX drops all locks that a process holds on a file as soon as it closes
 * any handle of it, SQLite's exclusive lock included. Only `stat` looks at it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface StateFiles {
  readonly directory: string;
  readonly database: string;
  readonly log: string;
  readonly id: string;
}

export function stateFiles(directory: string): StateFiles {
  const database = join(directory, 'straggler.db');
  return { directory, database, log: `${database}-wal`, id: join(directory, 'straggler.id') };
}

/**
 * Makes the folder, for its owner alone: the state holds addresses and user names. Node's own `recursive` loops for
 * ever where a file system refuses with ENOENT (/proc does).
 */
export function makeFolder(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(directory);
  if (parent !== directory) makeFolder(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Size in bytes; null when there is no such file. */
export function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

/** Makes the database file where there is none, readable by its owner only; SQLite gives its log the same mode. */
export function makeDatabaseFile(files: StateFiles): void {
  if (sizeOf(files.database) !== null) return;
  try {
    closeSync(openSync(files.database, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** The id that `straggler.id` holds; null where there is no such file, blank where it was emptied. */
export function readId(files: StateFiles): string | null {
  if (sizeOf(files.id) === null) return null;
  return readFileSync(files.id, 'utf8').replaceAll('\0', '').trim();
}

/** Durable before it returns, never half-written: a file beside it takes its name. */
export function writeId(files: StateFiles, id: string): void {
  const draft = `${files.id}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, `${id}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, files.id);
  syncFolder(dirname(files.id));
}

/** Windows has no handle of a folder to flush, and needs none. */
function syncFolder(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
