import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flushIsDue } from '../../../../../src/delivery/kafka/collect/flush-policy.ts';
import { requests, transactionalId } from '../../../../../src/delivery/kafka/collect/state-writer.ts';

const quiet = { keys: 0, changed: false, sinceLastMs: 60_000, lagRecords: 0 };

test('live changes are flushed once a second, a backlog every five', () => {
  assert.equal(flushIsDue(quiet, 100), false, 'nothing to say');
  const live = { ...quiet, changed: true, keys: 1 };
  assert.equal(flushIsDue({ ...live, sinceLastMs: 999 }, 100), false);
  assert.equal(flushIsDue({ ...live, sinceLastMs: 1000 }, 100), true);
  const backlog = { ...live, lagRecords: 1000 };
  assert.equal(flushIsDue({ ...backlog, sinceLastMs: 4999 }, 100), false);
  assert.equal(flushIsDue({ ...backlog, sinceLastMs: 5000 }, 100), true);
});

test('a full flush is due at once, and a moved position is a change', () => {
  assert.equal(flushIsDue({ changed: true, keys: 100, sinceLastMs: 0, lagRecords: 1e6 }, 100), true);
  assert.equal(flushIsDue({ changed: true, keys: 0, sinceLastMs: 1000, lagRecords: 0 }, 100), true);
});

test('requests are bounded in records and bytes, keep the order, and lose nothing', () => {
  const records = Array.from({ length: 4500 }, (_, index) => ({ key: String(index), value: 'x'.repeat(400) }));
  records.push({ key: 'large', value: 'y'.repeat(600_000) }, { key: 'after', value: '' });
  const cut = [...requests(records)];
  assert.deepEqual(cut.flat(), records);
  for (const request of cut) {
    const bytes = request.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
    assert.ok(request.length <= 2000 && (bytes <= 512 * 1024 || request.length === 1));
  }
  assert.deepEqual([...requests([])], []);
});

test('a transactional id is the same in every process: this is what fences', () => {
  assert.equal(transactionalId('group', 3), 'straggler-group-3');
});
