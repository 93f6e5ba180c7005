import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCommitAt, paceLimits } from '../../../../src/delivery/embedded/pace.ts';
import type { LastCommit, Waiting } from '../../../../src/delivery/embedded/pace.ts';

const live: Waiting = { since: 10_000, latest: 10_000, bytes: 100, keys: 1, readingBack: false, urgency: 'paced' };
/** More keeps coming. */
const busy: Waiting = { ...live, latest: 12_000 };
const last = (startedAt: number, tookMs = 5): LastCommit => ({ startedAt, endedAt: startedAt + tookMs });

const cases: readonly (readonly [sentence: string, waiting: Waiting, last: LastCommit | null, at: number])[] = [
  ['the first commit only gathers', live, null, 10_050],
  ['after a quiet time a commit only gathers', live, last(2000), 10_050],
  ['live commits begin a second apart', live, last(9800), 10_800],
  ['a record does not wait for the second', { ...live, urgency: 'soon' }, last(9800), 10_050],
  ['a drain waits for nothing', { ...live, urgency: 'now' }, last(9800), 10_000],
  ['enough bytes wait for nothing', { ...live, bytes: paceLimits.bytesMax }, last(9800), 10_000],
  ['enough clients wait for nothing', { ...live, keys: paceLimits.keysMax }, last(9800), 10_000],
  ['cheap commits follow each other closely while reading back', { ...live, readingBack: true }, last(9990), 10_050],
  ['dear ones leave twice the time that they take', { ...busy, readingBack: true }, last(9400, 600), 11_200],
  ['but not more than two seconds', { ...busy, readingBack: true }, last(1000, 9000), 12_000],
  [
    'nobody waits for what does not come any more',
    { ...live, latest: 10_300, readingBack: true },
    last(9400, 600),
    10_500,
  ],
];

for (const [sentence, waiting, before, at] of cases) {
  test(sentence, () => assert.equal(nextCommitAt(waiting, before, paceLimits), at));
}
