import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ChunkHeaders } from '../../../../../src/delivery/kafka/chunk.ts';
import {
  comparePlaces,
  highestPlace,
  isCounted,
  judge,
  markAfter,
} from '../../../../../src/delivery/kafka/collect/marks.ts';
import type { Mark } from '../../../../../src/delivery/kafka/collect/marks.ts';

function chunk(fields: Partial<ChunkHeaders>): ChunkHeaders {
  return {
    schema: 1,
    lane: 'lane',
    run: 'a',
    runFirst: 1,
    slice: 1,
    firstOffset: 0,
    lastOffset: 90,
    previous: null,
    partitions: 1,
    readingBack: false,
    agentName: 'agent',
    ...fields,
  };
}

function marks(...list: readonly Partial<Mark>[]): Map<string, Mark> {
  const full = list.map((mark) => ({
    lane: 'lane',
    run: 'a',
    runFirst: 1,
    slice: 1,
    offset: 0,
    record: 0,
    at: 0,
    ...mark,
  }));
  return new Map(full.map((mark) => [mark.run, mark]));
}

test('a chunk of an unknown lane is new and follows nothing', () => {
  assert.deepEqual(judge(undefined, chunk({}), null), { counted: null, duplicate: false, gap: false, overlaps: [] });
});

test('a chunk at or below its mark is a duplicate, also when it arrives late', () => {
  const lane = marks({ slice: 7, offset: 40 });
  assert.equal(judge(lane, chunk({ slice: 7, lastOffset: 40 }), null).duplicate, true);
  assert.equal(judge(lane, chunk({ slice: 3, lastOffset: 900 }), null).duplicate, true);
  assert.equal(judge(lane, chunk({ slice: 7, lastOffset: 41 }), null).duplicate, false);
  assert.equal(judge(lane, chunk({ slice: 8, lastOffset: 0 }), null).duplicate, false);
});

test('the events of a chunk that reaches over its mark are told apart', () => {
  const judgement = judge(marks({ slice: 7, offset: 40 }), chunk({ slice: 7, firstOffset: 0, lastOffset: 90 }), null);
  assert.deepEqual(
    [0, 40, 41, 90].map((offset) => isCounted(judgement, 7, offset)),
    [true, true, false, false],
  );
});

test('a chunk whose predecessor never arrived is a gap, unless it has been declared', () => {
  const lane = marks({ slice: 7, offset: 40 });
  const next = chunk({ slice: 9, previous: { slice: 8, offset: 10 } });
  assert.equal(judge(lane, next, null).gap, true);
  assert.equal(judge(lane, next, { slice: 8, offset: 10 }).gap, false);
  assert.equal(judge(lane, chunk({ slice: 9, previous: { slice: 7, offset: 40 } }), null).gap, false);
  assert.equal(judge(undefined, next, null).gap, true);
});

test('the predecessor may be of an earlier run', () => {
  const lane = marks({ run: 'a', slice: 7, offset: 40 });
  const next = chunk({ run: 'b', runFirst: 8, slice: 8, previous: { slice: 7, offset: 40 } });
  assert.deepEqual(judge(lane, next, null), { counted: null, duplicate: false, gap: false, overlaps: [] });
});

test('a run that begins at or below what another has written is a rolled-back state', () => {
  const lane = marks({ run: 'a', runFirst: 1, slice: 7 });
  assert.deepEqual(judge(lane, chunk({ run: 'b', runFirst: 7, slice: 7 }), null).overlaps, ['a']);
  assert.deepEqual(judge(lane, chunk({ run: 'b', runFirst: 3, slice: 9 }), null).overlaps, ['a']);
  assert.deepEqual(judge(lane, chunk({ run: 'b', runFirst: 8, slice: 8 }), null).overlaps, []);
});

test('the first of two clones shows when it writes on', () => {
  const lane = marks({ run: 'a', runFirst: 1, slice: 7 }, { run: 'b', runFirst: 8, slice: 9 });
  assert.deepEqual(judge(lane, chunk({ run: 'a', runFirst: 1, slice: 8 }), null).overlaps, ['b']);
});

test('runs of a lane in any delivery with repetitions: each event counts once, in order, without a false alarm', () => {
  const deliveries = fc.array(fc.record({ restart: fc.boolean(), repeat: fc.nat(3) }), { maxLength: 40 });
  fc.assert(
    fc.property(deliveries, (steps) => {
      const sent: ChunkHeaders[] = [];
      let [run, runFirst, slice] = ['r0', 1, 0];
      let previous: ChunkHeaders['previous'] = null;
      for (const [index, { restart }] of steps.entries()) {
        slice += 1;
        if (restart) [run, runFirst] = [`r${index}`, slice];
        sent.push(chunk({ run, runFirst, slice, previous }));
        previous = { slice, offset: 90 };
      }
      const lane = new Map<string, Mark>();
      const counted: number[] = [];
      for (const [index, { repeat }] of steps.entries()) {
        // What was sent before may come again at any time.
        for (const one of sent.slice(Math.max(0, index - repeat), index + 1)) {
          const judgement = judge(lane, one, null);
          assert.deepEqual([judgement.gap, judgement.overlaps], [false, []]);
          if (judgement.duplicate) continue;
          counted.push(one.slice);
          lane.set(one.run, markAfter(one, { offset: 0, at: 0 }));
        }
      }
      assert.deepEqual(
        counted,
        sent.map((one) => one.slice),
      );
    }),
  );
});

test('places are in order of slice, then offset', () => {
  assert.ok(comparePlaces({ slice: 1, offset: 9 }, { slice: 2, offset: 0 }) < 0);
  assert.ok(comparePlaces({ slice: 2, offset: 9 }, { slice: 2, offset: 0 }) > 0);
  assert.equal(highestPlace(marks({ run: 'a', slice: 3 }, { run: 'b', slice: 2 }))?.slice, 3);
});
