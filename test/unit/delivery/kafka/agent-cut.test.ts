import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ConnectionEvent } from '../../../../src/event/connection-event.ts';
import { decodeEvent } from '../../../../src/event/ndjson.ts';
import { decodeHeaders, encodeHeaders } from '../../../../src/delivery/kafka/chunk-codec.ts';
import type { Chunk } from '../../../../src/delivery/kafka/chunk.ts';
import { bodyBytesMax, chainPieces, cutEvents, inOrder } from '../../../../src/delivery/kafka/cut.ts';
import type { CutLimits, CutPlan, EventPlace } from '../../../../src/delivery/kafka/cut.ts';
import { partitionOf } from '../../../../src/delivery/kafka/partition.ts';
import { event } from './agent-events.ts';

type Plan = CutPlan & CutLimits;

function plan(change: Partial<Plan> = {}): Plan {
  return {
    lane: 'lane-1',
    run: 'run-1',
    runFirst: 1,
    slice: 1,
    partitions: 4,
    readingBack: false,
    agentName: 'agent',
    bytesMax: 512 * 1024,
    previous: () => undefined,
    ...change,
  };
}

function cutSlice(events: readonly ConnectionEvent[], whole: Plan): Chunk[] {
  return chainPieces(cutEvents(inOrder(events), whole), whole);
}

function eventsOf(chunk: Chunk) {
  const lines = chunk.body.toString().split('\n');
  assert.equal(lines.pop(), '', 'every line ends with a line feed');
  return lines.map(decodeEvent);
}

const anyEvents = fc
  .uniqueArray(fc.record({ offset: fc.nat(1_000_000), host: fc.nat(30), user: fc.string({ maxLength: 40 }) }), {
    selector: ({ offset }) => offset,
    maxLength: 60,
  })
  .map((parts) =>
    parts.map(({ offset, host, user }) => event(offset, `10.0.0.${host}`, { users: [`u${user.toWellFormed()}`] })),
  );

test('every event is in exactly one chunk, of its partition, in rising order', () => {
  fc.assert(
    fc.property(anyEvents, fc.integer({ min: 600, max: 5000 }), (events, bytesMax) => {
      const chunks = cutSlice(events, plan({ bytesMax }));
      const found = chunks.flatMap((chunk) => {
        const own = eventsOf(chunk);
        assert.equal(own.length, chunk.events);
        assert.ok(chunk.body.length <= bytesMax || own.length === 1);
        assert.equal(chunk.headers.firstOffset, own[0]?.offset);
        assert.equal(chunk.headers.lastOffset, own.at(-1)?.offset);
        for (const one of own) assert.equal(partitionOf(one.address, 4), chunk.partition);
        for (const [index, one] of own.entries()) assert.ok(index === 0 || one.offset > (own[index - 1]?.offset ?? 0));
        return own;
      });
      const byOffset = (list: readonly { offset: number }[]) => list.toSorted((a, b) => a.offset - b.offset);
      assert.deepEqual(byOffset(found), byOffset(events));
    }),
  );
});

test('chunks of a lane form one chain in each partition, over slices', () => {
  fc.assert(
    fc.property(fc.array(anyEvents, { maxLength: 6 }), fc.integer({ min: 600, max: 3000 }), (slices, bytesMax) => {
      const last = new Map<number, EventPlace>();
      for (const [index, events] of slices.entries()) {
        const chunks = cutSlice(
          events,
          plan({ slice: index + 1, bytesMax, previous: (partition) => last.get(partition) }),
        );
        for (const { partition, headers } of chunks) {
          assert.deepEqual(headers.previous, last.get(partition) ?? null);
          assert.deepEqual(decodeHeaders(encodeHeaders(headers), partition), headers, 'and the reader believes it');
          last.set(partition, { slice: headers.slice, offset: headers.lastOffset });
        }
      }
    }),
  );
});

test('a line longer than the limit makes a chunk of its own', () => {
  const users = [`u${'x'.repeat(200)}`];
  const chunks = cutSlice([event(1), event(2, '10.1.2.3', { users }), event(3)], plan({ bytesMax: 500 }));
  assert.deepEqual(
    chunks.map((chunk) => eventsOf(chunk).map(({ offset }) => offset)),
    [[1], [2], [3]],
  );
});

test('two events at one offset are a defect, and are not sent', () => {
  assert.throws(() => cutSlice([event(7), event(7, '10.9.9.9')], plan()), /two events .* byte 7/);
});

test('a slice without events makes no chunk', () => {
  assert.deepEqual(cutSlice([], plan()), []);
});

test('the limit of the topic bounds a body, our own limit does, and something always fits', () => {
  assert.equal(bodyBytesMax(1_048_588), 512 * 1024);
  assert.equal(bodyBytesMax(100_000), 100_000 - 4096);
  assert.equal(bodyBytesMax(1), 1024);
});
