import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommittedPartition } from '../../../../../src/delivery/kafka/collect/committed-partition.ts';
import { UserError } from '../../../../../src/runtime/errors.ts';

function position(offset: number) {
  return { kind: 'position', group: 'g', position: { offset, fingerprint: null } } as const;
}

test('a record counts only above the last one, wherever it comes from', () => {
  const partition = new CommittedPartition(0, 'g');
  assert.equal(partition.apply(5, position(1)), true);
  assert.equal(partition.apply(5, position(2)), false);
  assert.equal(partition.apply(4, position(3)), false);
  assert.equal(partition.apply(9, position(4)), true);
  assert.deepEqual([partition.applied, partition.position?.offset], [9, 4]);
});

test('a tombstone takes back what it names', () => {
  const partition = new CommittedPartition(0, 'g');
  const mark = { lane: 'l', run: 'r', runFirst: 1, slice: 1, offset: 1, record: 1, at: 1 };
  partition.apply(0, { kind: 'mark', mark });
  assert.deepEqual(partition.marks.lane('l')?.get('r'), mark);
  partition.apply(1, { kind: 'mark gone', lane: 'l', run: 'r' });
  assert.equal([...partition.marks].length, 0);
  partition.apply(2, null);
  assert.equal(partition.applied, 2);
});

test('the state of another group is refused with a remedy', () => {
  const partition = new CommittedPartition(0, 'mine');
  assert.throws(
    () => partition.apply(0, { kind: 'owner', group: 'theirs', collector: 'c', at: 0 }),
    (error) => error instanceof UserError && /theirs.*mine/.test(error.message) && error.remedy !== null,
  );
  assert.throws(() => partition.apply(0, position(1)), UserError);
});
