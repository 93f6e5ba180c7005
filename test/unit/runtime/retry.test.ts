import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, retry } from '../../../src/runtime/retry.ts';
import type { RetryOptions } from '../../../src/runtime/retry.ts';

const backoff = { firstMs: 100, maxMs: 5000 };

test('pauses double up to their cap, and half of each is left to chance', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffMs(failures, backoff, () => 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  assert.equal(
    backoffMs(3, backoff, () => 0),
    200,
  );
});

function failing(times: number): { work: () => Promise<string>; readonly calls: number } {
  let calls = 0;
  return {
    work: async () => {
      if (++calls <= times) throw new Error(`failure ${calls}`);
      return 'done';
    },
    get calls() {
      return calls;
    },
  };
}

function options(given: Partial<RetryOptions> = {}): RetryOptions {
  return {
    backoff: { firstMs: 1, maxMs: 2 },
    random: () => 0,
    signal: new AbortController().signal,
    canRetry: () => true,
    onFailure: () => {},
    ...given,
  };
}

test('what fails is tried again until it works, and each failure is told', async () => {
  const told: number[] = [];
  const flaky = failing(3);
  assert.equal(await retry(flaky.work, options({ onFailure: (_, failures) => told.push(failures) })), 'done');
  assert.deepEqual(told, [1, 2, 3]);
});

test('what no retry can help is thrown at once', async () => {
  const broken = failing(3);
  await assert.rejects(retry(broken.work, options({ canRetry: () => false })), /failure 1/);
  assert.equal(broken.calls, 1);
});

test('an abort during the pause throws the last failure', async () => {
  const stop = new AbortController();
  const flaky = failing(Infinity);
  const tried = retry(
    flaky.work,
    options({
      backoff: { firstMs: 60_000, maxMs: 60_000 },
      signal: stop.signal,
      onFailure: () => setImmediate(() => stop.abort()),
    }),
  );
  await assert.rejects(tried, /failure 1/);
  assert.equal(flaky.calls, 1);
});

test('work that fails after the abort is not tried again', async () => {
  const broken = failing(Infinity);
  await assert.rejects(retry(broken.work, options({ signal: AbortSignal.abort() })), /failure 1/);
  assert.equal(broken.calls, 1);
});
