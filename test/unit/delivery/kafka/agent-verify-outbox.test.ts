import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { copyState } from '../../../../src/delivery/store/copy-state.ts';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import { outboxMigrations } from '../../../../src/delivery/kafka/outbox-tables.ts';
import { verifyOutbox } from '../../../../src/delivery/kafka/verify-outbox.ts';
import { rowChecksum } from '../../../../src/delivery/store/row-checksum.ts';
import { StateDamage } from '../../../../src/delivery/store/state-errors.ts';
import { sliceOf, start, stateFolder } from './agent-bench.ts';
import { laneRecord } from './agent-events.ts';
import { MemoryLog } from './agent-memory-log.ts';

/** A state with two slices of a lane that wait to be published. */
async function waitingState(t: TestContext): Promise<string> {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  log.answer = () => 'away';
  await using delivery = await start(directory, log);
  await delivery.record({ lanes: [laneRecord('lane-1')] });
  await delivery.deliver(...sliceOf('lane-1', 1));
  await delivery.deliver(...sliceOf('lane-1', 2));
  return directory;
}

async function findings(directory: string): Promise<string[]> {
  const migrations = { embedded: [], kafka: outboxMigrations };
  await using copy = await copyState(directory, { programVersion: '9', migrations });
  return (await verifyOutbox(copy)).findings.map(({ text }) => text);
}

function change(directory: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(`${directory}/straggler.db`);
  work(database);
  database.close();
}

test('an outbox is whole as it was written, and after it was opened again', async (t) => {
  const directory = await waitingState(t);
  assert.deepEqual(await findings(directory), []);
  {
    await using _opened = await openOutbox({ directory, programVersion: '9' });
  }
  assert.deepEqual(await findings(directory), []);
});

test('a chunk that is not what was stored is damage; one that contradicts the others is told by name', async (t) => {
  const directory = await waitingState(t);
  const place = (kind: string, slice: number, offset: number): void =>
    change(directory, (database) => {
      database
        .prepare('INSERT OR REPLACE INTO places VALUES (?, ?, 0, ?, ?, ?)')
        .run(kind, 'lane-1', slice, offset, rowChecksum(`${kind} lane-1`, `0 ${slice} ${offset}`));
    });
  place('acknowledged', 9, 0);
  const beyond = await findings(directory);
  assert.ok(
    beyond.includes('partition 0 has confirmed more of the lane lane-1 than was cut for it'),
    beyond.join('\n'),
  );
  assert.ok(
    beyond.some((text) => /^chunk \d+ of the lane lane-1 waits although partition 0 has confirmed it$/.test(text)),
  );
  place('cut', 9, 0);
  assert.ok((await findings(directory)).includes('the lane lane-1 has cut slice 9 and counted only to 2'));
  change(directory, (database) =>
    database.exec(`UPDATE chunks SET bytes = bytes + 1 WHERE id = (SELECT max(id) FROM chunks)`),
  );
  await assert.rejects(findings(directory), StateDamage);
});

test('a chunk whose neighbour is missing does not follow, and one for other partitions is told', async (t) => {
  const directory = await waitingState(t);
  change(directory, (database) => {
    const rows = database.prepare('SELECT id, partition, bytes, headers, body FROM chunks ORDER BY id').all();
    const last = rows.at(-1);
    const { id, partition, bytes, body } = last as { id: number; partition: number; bytes: number; body: Uint8Array };
    const headers = JSON.stringify({ ...JSON.parse(String(last?.['headers'])), previous: null, partitions: 7 });
    const checksum = rowChecksum(`${id} ${partition} ${bytes} ${headers}`, body);
    database.prepare('UPDATE chunks SET headers = ?, checksum = ? WHERE id = ?').run(headers, checksum, id);
  });
  const found = await findings(directory);
  assert.ok(
    found.some((text) => text.endsWith('was cut for 7 partitions, the topic has 4')),
    found.join('\n'),
  );
  assert.ok(
    found.some((text) => /does not follow the one before it in partition \d$/.test(text)),
    found.join('\n'),
  );
});
