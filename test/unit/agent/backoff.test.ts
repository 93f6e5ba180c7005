import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../../../src/agent/backoff.ts';

test('pauses double up to the longest, and chance takes off at most a half', () => {
  assert.deepEqual(
    [1, 2, 3, 10, 10_000].map((failures) => backoffMs(failures, 500, 30_000, () => 0)),
    [500, 1000, 2000, 30_000, 30_000],
  );
  assert.equal(
    backoffMs(1, 500, 30_000, () => 1),
    250,
  );
});
