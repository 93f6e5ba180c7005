import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { RollingSets } from '../../src/window/rolling-sets.ts';

/**
 * The definition, word for word and slow: per set and client the largest time seen and a class; who is in a window is
 * asked of everyone, every time. A time in the future counts as now.
 */
class NaiveSets {
  readonly #members = new Map<string, { set: number; lastSeenMs: number; classification: number }>();
  readonly #bucketMs: number;
  #nowMs: number;

  constructor(bucketMs: number, nowMs: number) {
    this.#bucketMs = bucketMs;
    this.#nowMs = nowMs;
  }

  touch(set: number, client: number, classification: number, lastSeenMs: number): void {
    const key = `${set}/${client}`;
    const member = this.#members.get(key);
    if (member === undefined) this.#members.set(key, { set, lastSeenMs, classification });
    else member.lastSeenMs = Math.max(member.lastSeenMs, lastSeenMs);
  }

  reclassify(set: number, client: number, classification: number): void {
    const member = this.#members.get(`${set}/${client}`);
    if (member !== undefined) member.classification = classification;
  }

  remove(set: number, client: number): void {
    this.#members.delete(`${set}/${client}`);
  }

  advance(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  isIn(set: number, client: number, windowMs: number): boolean {
    const member = this.#members.get(`${set}/${client}`);
    return member !== undefined && this.#holds(member.lastSeenMs, windowMs);
  }

  count(set: number, windowMs: number, classification: number): number {
    let count = 0;
    for (const member of this.#members.values()) {
      const counts = member.set === set && member.classification === classification;
      if (counts && this.#holds(member.lastSeenMs, windowMs)) count++;
    }
    return count;
  }

  #holds(lastSeenMs: number, windowMs: number): boolean {
    const seenMs = Math.min(lastSeenMs, this.#nowMs);
    const bucketEndMs = (Math.floor(seenMs / this.#bucketMs) + 1) * this.#bucketMs;
    return bucketEndMs > this.#nowMs - windowMs;
  }
}

const sets = 3;
const clients = 12;
const classes = 3;
const startMs = 1_764_000_003_217;

type Step =
  | { kind: 'touch'; set: number; client: number; classification: number; agoMs: number }
  | { kind: 'reclassify'; set: number; client: number; classification: number }
  | { kind: 'remove'; set: number; client: number }
  | { kind: 'pass'; ms: number };

const member = { set: fc.nat(sets - 1), client: fc.nat(clients - 1) };
const classification = fc.nat(classes - 1);

/** Times around every edge: buckets, windows, far past, near and far future. */
const ago = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 1500 }) },
  { weight: 2, arbitrary: fc.integer({ min: -60, max: 0 }) },
  { weight: 2, arbitrary: fc.integer({ min: -3000, max: 0 }) },
  { weight: 1, arbitrary: fc.constantFrom(5_000_000, startMs, -10_000_000, -8e15) },
);

const passing = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 25 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(990, 1000, 1010, 1064, 1100, 5000, 100_000_000) },
  { weight: 2, arbitrary: fc.integer({ min: -12, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1500, max: 0 }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('touch' as const), ...member, classification, agoMs: ago }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: passing }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reclassify' as const), ...member, classification }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), ...member }) },
);

/** Windows that are and are not whole buckets, one shorter than a bucket, the longest not last. */
const windowsMs = [50, 7, 1000, 205];

function compare(steps: readonly Step[], bucketMs: number): void {
  let nowMs = startMs;
  const fast = new RollingSets({ windowsMs, bucketMs, classes, nowMs });
  const naive = new NaiveSets(bucketMs, nowMs);
  for (let set = 0; set < sets; set++) assert.equal(fast.addSet(), set);
  for (const one of steps) {
    if (one.kind === 'touch') {
      fast.touch(fast.enter(one.set, one.client, one.classification), nowMs - one.agoMs);
      naive.touch(one.set, one.client, one.classification, nowMs - one.agoMs);
    } else if (one.kind === 'pass') {
      nowMs += one.ms;
      fast.advance(nowMs);
      naive.advance(nowMs);
    } else {
      const entry = fast.find(one.set, one.client);
      if (one.kind === 'remove') {
        if (entry >= 0) fast.remove(entry);
        naive.remove(one.set, one.client);
      } else {
        if (entry >= 0) fast.reclassify(entry, one.classification);
        naive.reclassify(one.set, one.client, one.classification);
      }
    }
    assertSame(fast, naive, one);
  }
}

function assertSame(fast: RollingSets, naive: NaiveSets, after: Step): void {
  for (const [window, windowMs] of windowsMs.entries()) {
    for (let set = 0; set < sets; set++) {
      let total = 0;
      for (let classification = 0; classification < classes; classification++) {
        const expected = naive.count(set, windowMs, classification);
        total += expected;
        const counted = fast.count(set, window, classification);
        assert.equal(counted, expected, `set ${set}, window ${windowMs}, after ${JSON.stringify(after)}`);
      }
      assert.equal(fast.total(set, window), total);
      for (let client = 0; client < clients; client++) {
        const entry = fast.find(set, client);
        assert.equal(entry >= 0 && fast.isIn(entry, window), naive.isIn(set, client, windowMs));
      }
    }
  }
}

test('rolling sets count as the definition does, whatever is touched, late, in the future, reclassified, or the clock does', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.constantFrom(10, 1, 64), compare), {
    numRuns: 2000,
  });
});
