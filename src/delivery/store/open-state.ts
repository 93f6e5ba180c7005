/**
 * Opens the SQLite database that holds an agent's state, or says in one sentence why not. What comes back is locked
 * for the life of the process, whole, of the right kind and of the layout that this program knows; every committed
 * transaction has reached the disk (`synchronous=FULL`).
 *
 * The lock is SQLite's own exclusive locking mode. It keeps the write-ahead log's index in memory, so no shared-memory
 * file is needed and a network share will do.
 */
import { DatabaseSync } from 'node:sqlite';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';
import type { Clock } from '../../runtime/clock.ts';
import { makeDatabaseFile, makeFolder, readId, sizeOf, stateFiles, writeId } from './state-files.ts';
import type { StateFiles } from './state-files.ts';
import * as errors from './state-errors.ts';
import type { StateKind } from './state-errors.ts';
import { transaction } from './transaction.ts';

export type { DatabaseSync } from 'node:sqlite';

export interface StateOptions {
  readonly kind: StateKind;
  /** Stands in the sentence that an older program says about this state. */
  readonly programVersion: string;
  /**
   * Entry n brings layout n to n + 1, inside a transaction; entry 0 makes the tables. A layout that was released is
   * never edited: a change is one more entry.
   */
  readonly migrations: readonly ((database: DatabaseSync) => void)[];
  /** How long to wait for another process to let go of the state; 10 s. */
  readonly waitMs?: number;
  readonly cacheBytes?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly newId?: () => string;
}

export interface State {
  /** Random id of this state folder. */
  readonly id: string;
  readonly directory: string;
  readonly kind: StateKind;
  readonly database: DatabaseSync;
}

/** Shown by file(1): `STGE` and `STGK`. */
const applicationIds: Readonly<Record<StateKind, number>> = { embedded: 0x53544745, kafka: 0x5354474b };

const retryEveryMs = 100;
const logBytesKept = 64 * 1024 * 1024;
const cacheBytesDefault = 16 * 1024 * 1024;

/** Throws a UserError for everything that a person can put right. Close `database` when done. */
export async function openState(directory: string, options: StateOptions): Promise<State> {
  const clock = options.clock ?? systemClock;
  const waitMs = options.waitMs ?? 10_000;
  const startedAt = clock.monotonic();
  for (;;) {
    try {
      return openOnce(stateFiles(directory), options);
    } catch (error) {
      const waitedMs = clock.monotonic() - startedAt;
      const passing = errors.isLocked(error) || errors.isPassing(error);
      if (passing && waitedMs < waitMs) {
        await sleep(Math.min(retryEveryMs, waitMs), undefined, options.signal ? { signal: options.signal } : {});
        continue;
      }
      if (errors.isLocked(error)) throw errors.stateLocked(directory, waitedMs);
      throw errors.stateError(directory, options.kind, error);
    }
  }
}

function openOnce(files: StateFiles, options: StateOptions): State {
  makeFolder(files.directory);
  refuseIfEmptied(files, options.kind);
  makeDatabaseFile(files);
  const database = new DatabaseSync(files.database, { timeout: 0, defensive: true });
  try {
    lock(database);
    const isNew = recognise(database, files, options);
    if (!isNew) check(database, files, options);
    configure(database, options);
    migrate(database, options);
    return { id: settleId(database, files), directory: files.directory, kind: options.kind, database };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * SQLite takes an empty database file for a new one, and deletes the log beside it: so this looks first. The check
 * under the lock (`recognise`) sees what another process did in between.
 */
export function refuseIfEmptied(files: StateFiles, kind: StateKind): void {
  const size = sizeOf(files.database);
  if (size !== null && size > 0) return;
  const what = size === null ? 'straggler.db is missing' : 'straggler.db is empty';
  if (readId(files) !== null) throw errors.stateEmptied(files.directory, kind, what);
  if ((sizeOf(files.log) ?? 0) > 0) throw errors.stateEmptied(files.directory, kind, `${what}, its log is not`);
}

function lock(database: DatabaseSync): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA trusted_schema = OFF');
  database.exec('PRAGMA cell_size_check = ON');
  // Takes the write lock, and runs the recovery of a log that a crash has left.
  database.exec('BEGIN EXCLUSIVE');
  database.exec('COMMIT');
}

/** True for a database that nobody has written to yet. */
function recognise(database: DatabaseSync, files: StateFiles, options: StateOptions): boolean {
  const found = pragma(database, 'application_id');
  const layout = pragma(database, 'user_version');
  if (found === 0 && layout === 0) {
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
    if (tables !== 0) throw errors.stateForeign(files.directory);
    if (readId(files) !== null) throw errors.stateEmptied(files.directory, options.kind, 'straggler.db holds nothing');
    return true;
  }
  const kind = kindOf(found);
  if (kind === null) throw errors.stateForeign(files.directory);
  if (kind !== options.kind) throw errors.stateOfOtherCommand(files.directory, kind, options.kind);
  if (layout === 0) throw errors.stateDamaged(files.directory, kind, 'its layout is not named');
  const known = options.migrations.length;
  if (layout > known) throw errors.stateNewer(files.directory, layout, known, readMeta(database, 'program'));
  return false;
}

/** Whose state a database with this application id is; null = nobody's. */
export function kindOf(applicationId: number): StateKind | null {
  return (['embedded', 'kafka'] as const).find((kind) => applicationIds[kind] === applicationId) ?? null;
}

/** Reads every page. Contents are checked by the checksums of the rows (`row-checksum.ts`). */
function check(database: DatabaseSync, files: StateFiles, options: StateOptions): void {
  const problem = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (problem !== 'ok') throw errors.stateDamaged(files.directory, options.kind, oneLine(String(problem)));
}

function configure(database: DatabaseSync, options: StateOptions): void {
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec(`PRAGMA journal_size_limit = ${logBytesKept}`);
  database.exec(`PRAGMA cache_size = -${Math.ceil((options.cacheBytes ?? cacheBytesDefault) / 1024)}`);
}

export function migrate(
  database: DatabaseSync,
  options: Pick<StateOptions, 'kind' | 'programVersion' | 'migrations' | 'newId'>,
): void {
  const layout = pragma(database, 'user_version');
  const program = layout === 0 ? null : readMeta(database, 'program');
  if (layout === options.migrations.length && program === options.programVersion) return;
  transaction(database, () => {
    if (layout === 0) {
      database.exec(`PRAGMA application_id = ${applicationIds[options.kind]}`);
      database.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID');
      writeMeta(database, 'id', (options.newId ?? randomUUID)());
    }
    for (const step of options.migrations.slice(layout)) step(database);
    database.exec(`PRAGMA user_version = ${options.migrations.length}`);
    writeMeta(database, 'program', options.programVersion);
  });
}

/** The database is complete before the id file says so; a crash between the two is made good at the next start. */
function settleId(database: DatabaseSync, files: StateFiles): string {
  const id = readMeta(database, 'id');
  if (id === null) throw errors.stateForeign(files.directory);
  const written = readId(files);
  if (written !== null && written !== '' && written !== id) throw errors.stateMixed(files.directory);
  if (written !== id) {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    writeId(files, id);
  }
  return id;
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

export function readMeta(database: DatabaseSync, key: string): string | null {
  const value = database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
  return typeof value === 'string' ? value : null;
}

function writeMeta(database: DatabaseSync, key: string, value: string): void {
  database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
