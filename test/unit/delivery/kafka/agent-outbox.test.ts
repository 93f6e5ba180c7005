import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import type { OutboxStep, OutboxWrite, CutChunk } from '../../../../src/delivery/kafka/outbox.ts';
import { pack, unpack } from '../../../../src/delivery/kafka/packing.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { fileRecord, laneRecord } from './agent-events.ts';

async function stateFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-outbox-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function open(directory: string) {
  return openOutbox({ directory, programVersion: '0.0.0' });
}

const body = Buffer.from('{"a":1}\n'.repeat(500));

function cutChunk(id: number, slice: number, partition: number, lane = 'lane-1'): CutChunk {
  const headers = {
    schema: 1,
    lane,
    run: 'run-1',
    runFirst: 1,
    slice,
    firstOffset: slice * 100,
    lastOffset: slice * 100 + 50,
    previous: null,
    partitions: 12,
    readingBack: false,
    agentName: 'agent',
  };
  return { id, partition, headers, bytes: body.length, events: 500, readAt: 1234, body: Buffer.from(body) };
}

function sliceStep(slice: number, ids: readonly number[], lane = 'lane-1'): OutboxStep {
  const chunks = ids.map((id, partition) => cutChunk(id, slice, partition, lane));
  return { kind: 'slice', lane, slice, file: fileRecord(lane, slice * 1000), chunks };
}

function write(steps: readonly OutboxStep[], ids: readonly number[] = []): OutboxWrite {
  const ledger = ids.map((id, partition) => ({ lane: 'lane-1', partition, slice: id, offset: 50 }));
  return { steps, acknowledged: { ids, ledger } };
}

test('what was stored is there after a restart, bodies included', async (t) => {
  const directory = await stateFolder(t);
  {
    await using outbox = await open(directory);
    await outbox.settle({ partitions: 12, machine: 'm1' });
    await outbox.write(write([{ kind: 'record', change: { lanes: [laneRecord('lane-1')] } }, sliceStep(1, [1, 2])]));
    await outbox.write(write([sliceStep(2, [3])], [1]));
  }
  await using outbox = await open(directory);
  const { content } = outbox;
  assert.equal(content.partitions, 12);
  assert.equal(content.machine, 'm1');
  assert.deepEqual(content.agent.lanes, [laneRecord('lane-1')]);
  assert.deepEqual(content.agent.files, [fileRecord('lane-1', 2000)]);
  assert.deepEqual(
    content.waiting.map(({ id }) => id),
    [2, 3],
  );
  const { body: whole, ...withoutBody } = cutChunk(2, 1, 1);
  assert.deepEqual(content.waiting[0], withoutBody);
  assert.deepEqual(content.acknowledged, [{ lane: 'lane-1', partition: 0, slice: 1, offset: 50 }]);
  const [last] = content.waiting.slice(-1);
  const [packed] = await outbox.packed([3, 2]);
  assert.ok(last !== undefined && packed !== undefined);
  assert.deepEqual(unpack(packed, last.headers, last.bytes), whole);
});

test('the number of the last slice and the last event cut outlive the chunks', async (t) => {
  const directory = await stateFolder(t);
  {
    await using outbox = await open(directory);
    await outbox.write(write([sliceStep(7, [1, 2])]));
    await outbox.write(write([], [1, 2]));
  }
  await using outbox = await open(directory);
  assert.deepEqual(outbox.content.waiting, []);
  assert.deepEqual([...outbox.content.slices], [['lane-1', 7]]);
  assert.deepEqual(outbox.content.cut, [
    { lane: 'lane-1', partition: 0, slice: 7, offset: 750 },
    { lane: 'lane-1', partition: 1, slice: 7, offset: 750 },
  ]);
});

test('a transaction that fails in the middle changes nothing', async (t) => {
  const directory = await stateFolder(t);
  {
    await using outbox = await open(directory);
    await outbox.write(write([sliceStep(1, [1])]));
    // The second step takes an id that is taken, after the first has moved a file and stored a chunk.
    await assert.rejects(outbox.write(write([sliceStep(2, [2]), sliceStep(3, [1])], [1])));
    await outbox.write(write([sliceStep(2, [5], 'lane-2')]));
  }
  await using outbox = await open(directory);
  assert.deepEqual(
    outbox.content.waiting.map(({ id }) => id),
    [1, 5],
  );
  assert.deepEqual(
    [...outbox.content.slices],
    [
      ['lane-1', 1],
      ['lane-2', 2],
    ],
  );
  assert.equal(outbox.content.agent.files.find(({ lane }) => lane === 'lane-1')?.offset, 1000);
});

test('a row that is not what was written stops the start with a sentence', async (t) => {
  for (const damage of [
    "UPDATE chunks SET body = x'00'",
    "UPDATE chunks SET headers = replace(headers, 'run-1', 'run-2')",
    'UPDATE slices SET slice = 0',
    'UPDATE places SET offset = offset - 1',
    "UPDATE facts SET value = '6'",
    "UPDATE files SET record = replace(record, '1000', '2000')",
  ]) {
    const directory = await stateFolder(t);
    {
      await using outbox = await open(directory);
      await outbox.settle({ partitions: 12 });
      await outbox.write(write([sliceStep(1, [1])]));
    }
    const database = new DatabaseSync(join(directory, 'straggler.db'));
    database.exec(damage);
    database.close();
    await assert.rejects(open(directory), (error) => {
      assert.ok(error instanceof UserError, damage);
      assert.match(error.message, /is damaged/);
      assert.notEqual(error.remedy, null);
      return true;
    });
  }
});

test('a body that unpacks to another size is damage', async () => {
  const { headers } = cutChunk(1, 1, 0);
  for (const bytes of [body.length - 1, body.length + 1, 0]) {
    assert.throws(() => unpack(pack(headers, body), headers, bytes), /came out of the outbox|cannot|larger/i);
  }
});
