import { DatabaseSync } from 'node:sqlite';
import { isLocked } from './state-errors.ts';

/**
 * Whether a process holds this database. Nothing is written, and no file is made beside it: SQLite asks for the shared
 * lock first, which the holder's exclusive one refuses. Where nobody holds it, the exclusive locking mode on a handle
 * that may only read ends the attempt before the log would be opened. The lock is held for that moment only; whoever
 * starts in it tries again by itself.
 */
export function isInUse(database: string): boolean {
  const probe = new DatabaseSync(database, { readOnly: true, timeout: 0 });
  try {
    probe.exec('PRAGMA locking_mode = EXCLUSIVE');
    probe.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    return isLocked(error);
  } finally {
    probe.close();
  }
}
