import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mark } from '../../../../../src/delivery/kafka/collect/marks.ts';
import { laneForgottenAfterMs, PartitionMarks } from '../../../../../src/delivery/kafka/collect/partition-marks.ts';

function mark(fields: Partial<Mark>): Mark {
  return { lane: 'lane', run: 'a', runFirst: 1, slice: 1, offset: 0, record: 0, at: 0, ...fields };
}

function forgotten(marks: readonly Mark[], earliest: number, now: number, max?: number): string[] {
  return new PartitionMarks(marks).forget(earliest, now, max).forgotten.map(({ lane, run }) => `${lane} ${run}`);
}

test('a mark goes when its records are gone and a later run has been seen', () => {
  const marks = [mark({ run: 'a', slice: 3, record: 10 }), mark({ run: 'b', slice: 9, record: 20 })];
  assert.deepEqual(forgotten(marks, 10, 0), [], 'a record of it may be read again');
  assert.deepEqual(forgotten(marks, 11, 0), ['lane a']);
  assert.deepEqual(forgotten(marks, 21, 0), ['lane a'], 'the newest run of a quiet lane stays');
  assert.deepEqual(forgotten(marks, 21, laneForgottenAfterMs + 1), ['lane a', 'lane b']);
});

test('of too many marks the oldest go early, but none whose records may be read again', () => {
  const marks = ['x', 'y', 'z'].map((lane, index) => mark({ lane, at: 10 - index, record: index }));
  assert.deepEqual(forgotten(marks, 3, 20, 2), ['z a']);
  assert.deepEqual(forgotten(marks, 2, 20, 2), ['y a']);
  assert.deepEqual(forgotten(marks, 0, 20, 1), []);
  assert.equal(new PartitionMarks(marks).forget(0, 20, 2).full, true);
  assert.equal(new PartitionMarks(marks).forget(0, 20, 3).full, false);
});

test('what is forgotten is gone, lanes without marks too', () => {
  const marks = new PartitionMarks([mark({ run: 'a', slice: 1 }), mark({ run: 'b', slice: 2, record: 9 })]);
  marks.forget(5, 0);
  assert.deepEqual([...(marks.lane('lane')?.keys() ?? [])], ['b']);
  marks.delete('lane', 'b');
  assert.equal(marks.lane('lane'), undefined);
  assert.deepEqual([...marks], []);
});
