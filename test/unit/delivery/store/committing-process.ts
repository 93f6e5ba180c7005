/**
 * Commits to a state until it is killed: two tables that always hold the same number. Bursts in which the log begins
 * anew again and again, and pauses that are just long enough for a copy.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openState } from '../../../../src/delivery/store/open-state.ts';
import { transaction } from '../../../../src/delivery/store/transaction.ts';
import { plainState } from './state-folder.ts';

const [directory = ''] = process.argv.slice(2);
const { database } = await openState(directory, plainState);
// The process is killed, not the machine; commits need not wait for the disk.
database.exec('PRAGMA synchronous = OFF');
database.exec('PRAGMA wal_autocheckpoint = 20');
database.exec(`
  CREATE TABLE first (n INTEGER, filling BLOB);
  CREATE TABLE middle (filling BLOB);
  CREATE TABLE last (n INTEGER, filling BLOB);
  INSERT INTO first VALUES (0, NULL);
  INSERT INTO last VALUES (0, NULL);
`);
const fill = database.prepare('INSERT INTO middle VALUES (?)');
for (let piece = 0; piece < 150; piece++) fill.run(randomBytes(16_384));
const changes = ['first', 'last'].map((table) => database.prepare(`UPDATE ${table} SET n = ?, filling = ?`));
process.stdout.write('committing\n');
for (let n = 1; ; n++) {
  transaction(database, () => {
    for (const change of changes) change.run(n, randomBytes(8192));
  });
  if (n % 25 === 0) await sleep(100 * Math.random() ** 2);
}
