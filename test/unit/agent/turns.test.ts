import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { byAge } from '../../../src/agent/plan.ts';
import { Turns } from '../../../src/agent/turns.ts';
import { parseLogFileName } from '../../../src/exchange-log/file-name.ts';

interface File {
  path: string;
  folder: string;
  name: NonNullable<ReturnType<typeof parseLogFileName>>;
  isLive: boolean;
  isWaiting: boolean;
  notBefore: number;
}

function file(day: number, isLive = false, notBefore = 0): File {
  const fileName = `POP3202611${String(day).padStart(2, '0')}-1.LOG`;
  const name = parseLogFileName(fileName);
  assert.ok(name !== null);
  return { path: `/logs/${fileName}`, folder: '/logs', name, isLive, isWaiting: false, notBefore };
}

function turn(turns: Turns<File>, now = 0): File | null {
  const next = turns.next(now);
  if (next !== null) turns.take(next);
  return next;
}

test('live files and old ones take turns, the old ones oldest first until they are drained', () => {
  const turns = new Turns<File>();
  const [first, second, hot] = [file(1), file(2), file(20, true)];
  for (const each of [second, hot, first]) turns.add(each);
  assert.deepEqual([turn(turns), turn(turns), turn(turns), turn(turns)], [hot, first, hot, first]);
  turns.delete(first);
  assert.deepEqual([turn(turns), turn(turns)], [hot, second]);
});

test('several live files are read one after the other', () => {
  const turns = new Turns<File>();
  const [one, two] = [file(1, true), file(2, true)];
  turns.add(one);
  turns.add(two);
  assert.deepEqual([turn(turns), turn(turns), turn(turns)], [one, two, one]);
});

test('a file that pauses after an error holds up nobody', () => {
  const turns = new Turns<File>();
  const [paused, ready] = [file(1, false, 100), file(2)];
  turns.add(paused);
  turns.add(ready);
  assert.equal(turn(turns, 99), ready);
  turns.delete(ready);
  assert.equal(turn(turns, 99), null);
  assert.equal(turn(turns, 100), paused);
});

test('what is added and deleted in any order comes out oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ day: fc.integer({ min: 1, max: 30 }), add: fc.boolean() })), (steps) => {
      const turns = new Turns<File>();
      const files = Array.from({ length: 31 }, (_, day) => (day === 0 ? file(1) : file(day)));
      const model = new Set<File>();
      for (const { day, add } of steps) {
        const each = files[day];
        assert.ok(each !== undefined);
        if (add) {
          turns.add(each);
          model.add(each);
        } else {
          assert.equal(turns.delete(each), model.delete(each));
        }
      }
      for (const expected of [...model].toSorted(byAge)) {
        assert.equal(turn(turns), expected);
        turns.delete(expected);
      }
      assert.equal(turn(turns), null);
    }),
  );
});
