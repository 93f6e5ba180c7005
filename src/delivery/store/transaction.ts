import type { DatabaseSync } from 'node:sqlite';

/**
 * Runs `work` in one transaction, in the one that was begun by `joinTransaction` if there is one: all of it is durable
 * when this returns, none of it when it throws.
 */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  return joinTransaction(database, () => {
    const result = work();
    database.exec('COMMIT');
    return result;
  });
}

/** Runs `work` in a transaction that is left open, and begun if there is none; it is rolled back when `work` throws. */
export function joinTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  if (!database.isTransaction) database.exec('BEGIN IMMEDIATE');
  try {
    return work();
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
