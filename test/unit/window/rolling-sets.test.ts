import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RollingSets } from '../../../src/window/rolling-sets.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const windowsMs = [5 * minuteMs, hourMs, dayMs, 7 * dayMs, 30 * dayMs];
const [fiveMinutes, hour, day, week, month] = [0, 1, 2, 3, 4] as const;
const start = Date.parse('2026-11-24T12:00:00Z');

function setsAt(nowMs: number): RollingSets {
  return new RollingSets({ windowsMs, bucketMs: 10_000, classes: 5, nowMs });
}

function totals(sets: RollingSets, set: number): number[] {
  return windowsMs.map((_, window) => sets.total(set, window));
}

test('a client leaves each window when the bucket it was last seen in has passed out of it', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const entry = sets.enter(set, 0, 2);
  assert.deepEqual(totals(sets, set), [0, 0, 0, 0, 0]);
  sets.touch(entry, start + 3000);
  assert.deepEqual(totals(sets, set), [1, 1, 1, 1, 1]);
  const bucketEnd = start + 10_000;
  for (const [window, windowMs] of windowsMs.entries()) {
    sets.advance(bucketEnd + windowMs - 1);
    assert.equal(sets.isIn(entry, window), true);
    assert.equal(sets.count(set, window, 2), 1);
    sets.advance(bucketEnd + windowMs);
    assert.equal(sets.isIn(entry, window), false);
    assert.equal(sets.count(set, window, 2), 0);
  }
  sets.touch(entry, bucketEnd + 30 * dayMs);
  assert.deepEqual(totals(sets, set), [1, 1, 1, 1, 1]);
});

test('late rows count in the windows they still belong to, and never move a client back', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const entry = sets.enter(set, 0, 0);
  sets.touch(entry, start - 2 * dayMs);
  assert.deepEqual(totals(sets, set), [0, 0, 0, 1, 1]);
  sets.touch(entry, start - 60 * dayMs);
  assert.deepEqual(totals(sets, set), [0, 0, 0, 1, 1]);
  sets.touch(entry, start - 2 * hourMs);
  assert.deepEqual(totals(sets, set), [0, 0, 1, 1, 1]);
});

test('a client from the future is here now, and leaves as if it had been seen at its time', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const entry = sets.enter(set, 0, 0);
  sets.touch(entry, start + 2 * hourMs);
  assert.deepEqual(totals(sets, set), [1, 1, 1, 1, 1]);
  sets.advance(start + hourMs);
  assert.equal(sets.isIn(entry, fiveMinutes), true);
  sets.advance(start + 2 * hourMs + 6 * minuteMs);
  assert.deepEqual(totals(sets, set), [0, 1, 1, 1, 1]);
});

test('a client of the year 9999 stays, and harms nobody else', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  sets.touch(sets.enter(set, 0, 0), Date.parse('9999-12-31T23:59:59Z'));
  sets.touch(sets.enter(set, 1, 0), start + 20_000);
  sets.advance(start + 40 * dayMs);
  assert.deepEqual(totals(sets, set), [1, 1, 1, 1, 1]);
});

test('a clock that steps back is followed: who had left a window may be in it again', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const entry = sets.enter(set, 0, 0);
  sets.touch(entry, start);
  sets.advance(start + 45 * dayMs);
  assert.deepEqual(totals(sets, set), [0, 0, 0, 0, 0]);
  sets.advance(start + 2 * hourMs);
  assert.deepEqual(totals(sets, set), [0, 0, 1, 1, 1]);
  sets.advance(start - hourMs);
  assert.deepEqual(totals(sets, set), [1, 1, 1, 1, 1]);
});

test('reclassifying moves a client at once, in every window it is in', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const entry = sets.enter(set, 0, 0);
  sets.touch(entry, start - 2 * hourMs);
  sets.reclassify(entry, 3);
  assert.deepEqual([sets.count(set, day, 0), sets.count(set, day, 3), sets.count(set, month, 3)], [0, 1, 1]);
  assert.equal(sets.count(set, hour, 3), 0);
  assert.equal(sets.classOf(entry), 3);
});

test('all entries of a client are found from the client', () => {
  const sets = setsAt(start);
  const [all, server, other] = [sets.addSet(), sets.addSet(), sets.addSet()];
  sets.enter(all, 7, 0);
  sets.enter(server, 7, 0);
  sets.enter(all, 8, 0);
  const setsOf = (client: number): number[] => {
    const found: number[] = [];
    for (let entry = sets.firstEntry(client); entry !== -1; entry = sets.nextEntry(entry)) {
      assert.equal(sets.clientOf(entry), client);
      found.push(sets.setOf(entry));
    }
    return found.toSorted((a, b) => a - b);
  };
  assert.deepEqual(setsOf(7), [all, server]);
  assert.deepEqual(setsOf(8), [all]);
  assert.deepEqual(setsOf(1_000_000), []);
  assert.equal(sets.find(server, 8), -1);
  assert.equal(sets.find(other, 7), -1);
  assert.equal(sets.enter(all, 7, 4), sets.find(all, 7));
  assert.equal(sets.classOf(sets.find(all, 7)), 0);
  assert.equal(sets.size, 3);
});

test('an entry that is removed is gone, and its number serves again', () => {
  const sets = setsAt(start);
  const set = sets.addSet();
  const [first, second, third] = [sets.enter(set, 1, 0), sets.enter(set, 2, 0), sets.enter(set, 3, 0)];
  for (const entry of [first, second, third]) sets.touch(entry, start);
  sets.remove(second);
  assert.equal(sets.total(set, week), 2);
  assert.equal(sets.find(set, 2), -1);
  const again = sets.enter(set, 4, 1);
  assert.equal(again, second);
  assert.equal(sets.isIn(again, month), false);
  assert.deepEqual([sets.total(set, week), sets.size], [2, 3]);
});

test('thousands of clients and sets keep their counts while the memory grows', () => {
  const sets = setsAt(start);
  const clients = 20_000;
  const numbers = Array.from({ length: 40 }, () => sets.addSet());
  for (let client = 0; client < clients; client++) {
    for (const set of [0, 1 + (client % 39)])
      sets.touch(sets.enter(set, client, client % 5), start - (client % 100) * minuteMs);
  }
  assert.equal(sets.size, 2 * clients);
  assert.deepEqual(totals(sets, 0), [clients * 0.05 + 200, clients * 0.6 + 200, clients, clients, clients]);
  let others = 0;
  for (const set of numbers.slice(1)) others += sets.count(set, hour, 3);
  assert.equal(others, sets.count(0, hour, 3));
  sets.advance(start + hourMs);
  assert.deepEqual(totals(sets, 0), [0, 200, clients, clients, clients]);
});

test('an unknown set, or windows that fit no buckets, are defects and are refused', () => {
  const sets = setsAt(start);
  assert.throws(() => sets.enter(0, 0, 0), RangeError);
  assert.throws(() => new RollingSets({ windowsMs: [0], bucketMs: 10_000, classes: 5, nowMs: start }), RangeError);
  assert.throws(() => new RollingSets({ windowsMs: [1000], bucketMs: 0, classes: 5, nowMs: start }), RangeError);
  assert.throws(() => new RollingSets({ windowsMs: [400 * dayMs], bucketMs: 1, classes: 5, nowMs: start }), RangeError);
});
