/**
 * A state folder as it stands, to be looked at: a private copy in a temporary folder, brought to the layout that this
 * program knows. The state itself is only read, and may be in use; what can be told of it without a copy (its kind,
 * its layout, who wrote it) is told as it was found.
 */
import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { closeSync, openSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../runtime/errors.ts';
import { copyDatabase } from './database-copy.ts';
import type { State } from './open-state.ts';
import { kindOf, migrate, oneLine, pragma, readMeta, refuseIfEmptied } from './open-state.ts';
import * as errors from './state-errors.ts';
import type { StateKind } from './state-errors.ts';
import { readId, sizeOf, stateFiles } from './state-files.ts';
import type { StateFiles } from './state-files.ts';
import { isInUse } from './state-in-use.ts';

export type Migrations = Readonly<Record<StateKind, readonly ((database: DatabaseSync) => void)[]>>;

/** `database` is the copy; `directory` is the folder that was copied. */
export interface StateCopy extends State, AsyncDisposable {
  /** As found; the copy has the newest. */
  readonly layout: number;
  /** Version of the program that wrote it last; null = it does not say. */
  readonly program: string | null;
  /** Another process held it when it was copied. */
  readonly isInUse: boolean;
  readonly bytes: number;
  /** When it was made; null = it was never complete. */
  readonly createdAt: number | null;
  /** When a file of it changed last; milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Throws a UserError where there is no state, or none that this program can read; a StateDamage where it is damaged. */
export async function copyState(
  directory: string,
  options: { readonly programVersion: string; readonly migrations: Migrations },
): Promise<StateCopy> {
  const files = stateFiles(directory);
  let temporary: string | null = null;
  try {
    refuseIfMissing(files);
    const isHeld = isInUse(files.database);
    temporary = await mkdtemp(join(tmpdir(), 'straggler-state-copy-'));
    const copied = stateFiles(temporary);
    await copyDatabase(files, copied);
    const { size, mtimeMs } = statSync(files.database);
    const log = statSync(files.log, { throwIfNoEntry: false });
    const folder = temporary;
    const opened = openCopy(files, copied, options);
    return {
      ...opened,
      isInUse: isHeld,
      bytes: size + (log?.size ?? 0),
      createdAt: timeOf(files.id),
      changedAt: Math.round(Math.max(mtimeMs, log?.mtimeMs ?? 0)),
      directory,
      async [Symbol.asyncDispose]() {
        if (opened.database.isOpen) opened.database.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    throw readingError(directory, error);
  }
}

function timeOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : Math.round(found.mtimeMs);
}

function refuseIfMissing(files: StateFiles): void {
  if ([files.database, files.log, files.id].every((path) => sizeOf(path) === null)) {
    throw errors.stateMissing(files.directory);
  }
  refuseIfEmptied(files, 'embedded');
  // SQLite would call a file that may not be read one that cannot be written.
  closeSync(openSync(files.database, 'r'));
}

type Opened = Pick<StateCopy, 'id' | 'kind' | 'database' | 'layout' | 'program'>;

function openCopy(
  files: StateFiles,
  copied: StateFiles,
  { programVersion, migrations }: { readonly programVersion: string; readonly migrations: Migrations },
): Opened {
  const database = new DatabaseSync(copied.database, { defensive: true });
  try {
    database.exec('PRAGMA trusted_schema = OFF');
    database.exec('PRAGMA cell_size_check = ON');
    // It is thrown away: nothing of it has to reach the disk.
    database.exec('PRAGMA synchronous = OFF');
    const kind = kindOf(pragma(database, 'application_id'));
    const layout = pragma(database, 'user_version');
    if (kind === null) throw errors.stateForeign(files.directory);
    if (layout === 0) throw errors.stateDamaged(files.directory, kind, 'its layout is not named');
    const program = readMeta(database, 'program');
    const known = migrations[kind].length;
    if (layout > known) throw errors.stateNewer(files.directory, layout, known, program);
    const id = readMeta(database, 'id');
    if (id === null) throw errors.stateForeign(files.directory);
    const written = readId(files);
    if (written !== null && written !== '' && written !== id) throw errors.stateMixed(files.directory);
    migrate(database, { kind, programVersion, migrations: migrations[kind] });
    return { id, kind, database, layout, program };
  } catch (error) {
    database.close();
    throw errors.stateError(files.directory, 'embedded', error);
  }
}

/** What SQLite finds wrong with the structure; empty when nothing is. */
export function structureProblems({ database }: Pick<State, 'database'>): string[] {
  return database
    .prepare('PRAGMA integrity_check(20)')
    .all()
    .map((row) => oneLine(String(row['integrity_check'])))
    .filter((problem) => problem !== 'ok');
}

/** The copy must be whole before anything of it is believed. */
export function refuseDamage(copy: StateCopy): void {
  const [problem] = structureProblems(copy);
  if (problem !== undefined) throw errors.stateDamaged(copy.directory, copy.kind, problem);
}

function readingError(directory: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError(`The state in ${directory} cannot be read: permission denied.`, {
      remedy: 'Run this with the account that runs straggler.',
      cause: error,
    });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(`There is no room in ${tmpdir()} for a copy of the state in ${directory}.`, {
      remedy: 'Make room, or name another temporary folder by the environment variable TMPDIR (TEMP on Windows).',
      cause: error,
    });
  }
  return errors.stateError(directory, 'embedded', error);
}
