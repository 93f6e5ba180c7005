import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PartitionQueue } from '../../../../src/delivery/kafka/partition-queue.ts';
import type { QueuedChunk } from '../../../../src/delivery/kafka/partition-queue.ts';

const limits = { batchBytesMax: 1000, batchChunksMax: 4, pinMs: 100, giveUpAfterMs: 250 };

function chunk(id: number, lane: string, bytes = 100): QueuedChunk {
  const headers = {
    schema: 1,
    lane,
    run: 'run',
    runFirst: 1,
    slice: id,
    firstOffset: 0,
    lastOffset: 0,
    previous: null,
    partitions: 12,
    readingBack: false,
    agentName: 'agent',
  };
  return { id, partition: 0, headers, bytes, events: 1, readAt: 0, body: null, packed: null };
}

function batchIds(queue: PartitionQueue, now = 0): number[] {
  const next = queue.next(now);
  return next.kind === 'batch' ? next.chunks.map(({ id }) => id) : [];
}

function queueOf(...chunks: readonly QueuedChunk[]): PartitionQueue {
  const queue = new PartitionQueue(limits);
  for (const one of chunks) queue.add(one);
  return queue;
}

test('a batch stays what it is until it is acknowledged, whatever comes after', () => {
  const queue = queueOf(chunk(1, 'a'));
  assert.deepEqual(batchIds(queue), [1]);
  queue.add(chunk(2, 'a'));
  assert.deepEqual(batchIds(queue), [1], 'the identical batch again');
  queue.acknowledged();
  assert.deepEqual(batchIds(queue), [2]);
  queue.acknowledged();
  assert.equal(queue.next(0).kind, 'empty');
});

test('a batch is bounded in bytes and chunks, and a large chunk goes alone', () => {
  const queue = queueOf(chunk(1, 'a', 600), chunk(2, 'a', 600), chunk(3, 'a', 5000), chunk(4, 'a', 1));
  for (let id = 5; id <= 9; id++) queue.add(chunk(id, 'b', 1));
  const batches: number[][] = [];
  while (!queue.isEmpty) {
    batches.push(batchIds(queue));
    queue.acknowledged();
  }
  assert.deepEqual(batches, [[1], [2], [3], [4, 5, 6, 7], [8, 9]]);
});

test('a refused batch is tried chunk by chunk, and the refused chunk pins its lane alone', () => {
  const queue = queueOf(chunk(1, 'a'), chunk(2, 'b'), chunk(3, 'b'), chunk(4, 'c'));
  assert.deepEqual(batchIds(queue), [1, 2, 3, 4]);
  queue.refused(0);
  assert.deepEqual(batchIds(queue), [1]);
  queue.acknowledged();
  assert.deepEqual(batchIds(queue), [2]);
  queue.refused(0);
  assert.equal(queue.pinned('b'), true);
  assert.deepEqual(batchIds(queue), [4], 'nothing of lane b overtakes its refused chunk');
  queue.acknowledged();
  assert.deepEqual(queue.next(50), { kind: 'pinned', untilMs: 100 });
  assert.deepEqual(batchIds(queue, 100), [2], 'tried again');
  queue.acknowledged();
  assert.equal(queue.pinned('b'), false);
  assert.deepEqual(batchIds(queue, 100), [3]);
  queue.acknowledged();
  assert.equal(queue.isEmpty, true);
});

test('a chunk that is refused for too long may go, and its lane goes on behind it', () => {
  const poison = chunk(1, 'a');
  const queue = queueOf(poison, chunk(2, 'a'));
  queue.next(0);
  assert.equal(queue.refused(0), null, 'not while others are in the batch');
  const hopeless = [0, 100, 200, 300].map((now) => {
    assert.deepEqual(batchIds(queue, now), [1]);
    return queue.refused(now)?.id ?? null;
  });
  assert.deepEqual(hopeless, [null, null, null, 1]);
  assert.equal(queue.pinned('a'), true, 'until it is put aside');
  queue.givenUp(poison);
  assert.equal(queue.pinned('a'), false);
  assert.deepEqual(batchIds(queue, 300), [2]);
});

test('within a lane nothing is ever lost, doubled or overtaken, whatever is refused', () => {
  const lane = fc.constantFrom('a', 'b', 'c');
  const action = fc.oneof(
    fc.record({ add: lane, bytes: fc.integer({ min: 1, max: 1200 }) }),
    fc.record({ settle: fc.constantFrom('acknowledge', 'refuse') }),
    fc.record({ pass: fc.nat(150) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const queue = new PartitionQueue(limits);
      const expected = new Map<string, number[]>([
        ['a', []],
        ['b', []],
        ['c', []],
      ]);
      const sent = new Map<string, number[]>([
        ['a', []],
        ['b', []],
        ['c', []],
      ]);
      let id = 0;
      let now = 0;
      const acknowledge = (): void => {
        const next = queue.next(now);
        if (next.kind !== 'batch') return;
        for (const one of next.chunks) sent.get(one.headers.lane)?.push(one.id);
        queue.acknowledged();
      };
      for (const step of actions) {
        if ('add' in step) {
          queue.add(chunk(++id, step.add, step.bytes));
          expected.get(step.add)?.push(id);
        } else if ('pass' in step) now += step.pass;
        else if (step.settle === 'acknowledge') acknowledge();
        else if (queue.next(now).kind === 'batch') queue.refused(now);
      }
      for (let turn = 0; !queue.isEmpty; turn++) {
        assert.ok(turn < 1000, 'it comes to an end');
        now += 100;
        acknowledge();
      }
      assert.deepEqual(sent, expected);
    }),
  );
});
