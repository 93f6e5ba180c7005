/**
 * Commits to a state until it is killed: each transaction moves something from one of many rows to another, so that
 * their sum never changes. Bursts in which the log begins anew again and again, and pauses that are long enough for a
 * copy.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openState } from '../../../../src/delivery/store/open-state.ts';
import { transaction } from '../../../../src/delivery/store/transaction.ts';
import { plainState } from './state-folder.ts';

const rows = 600;

const [directory = ''] = process.argv.slice(2);
const { database } = await openState(directory, plainState);
// The process is killed, not the machine; commits need not wait for the disk.
database.exec('PRAGMA synchronous = OFF');
database.exec('PRAGMA wal_autocheckpoint = 20');
database.exec('CREATE TABLE accounts (id INTEGER PRIMARY KEY, holds INTEGER, moves INTEGER, filling BLOB)');
transaction(database, () => {
  const put = database.prepare('INSERT INTO accounts VALUES (?, 0, 0, ?)');
  // A page each.
  for (let id = 0; id < rows; id++) put.run(id, randomBytes(3000));
});
const move = database.prepare('UPDATE accounts SET holds = holds + ?, moves = moves + 1 WHERE id = ?');
process.stdout.write('committing\n');
for (let n = 1; ; n++) {
  transaction(database, () => {
    move.run(-n, Math.floor(rows * Math.random()));
    move.run(n, Math.floor(rows * Math.random()));
  });
  if (n % 100 === 0) await sleep(200 * Math.random() ** 2);
}
