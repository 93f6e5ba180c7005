import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundFile } from '../../../src/agent/find.ts';
import { type LaneListing, LookQueue } from '../../../src/agent/look-queue.ts';
import { parseLogFileName } from '../../../src/exchange-log/file-name.ts';

function file(day: number): FoundFile {
  const fileName = `POP3202611${String(day).padStart(2, '0')}-1.LOG`;
  const name = parseLogFileName(fileName);
  assert.ok(name !== null);
  return { path: `${day}`, folder: '/logs', name };
}

function listing(number: number, days: readonly number[], isThorough = false): LaneListing {
  return { number, isComplete: true, isThorough, devices: new Set(), files: days.map(file) };
}

interface Setting {
  now: number;
  readonly known: Set<string>;
  /** Known paths that are due. */
  readonly due: Set<string>;
  readonly queue: LookQueue;
}

function setting(): Setting {
  const known = new Set<string>();
  const due = new Set<string>();
  const clock = { now: () => 0, monotonic: () => made.now };
  const queue: LookQueue = new LookQueue({
    clock,
    horizon: () => null,
    isKnown: (path) => known.has(path),
    isDue: (path, isThorough) => isThorough || !known.has(path) || due.has(path) || queue.hotPaths.has(path),
    onPlanned: () => {},
  });
  const made: Setting = { now: 10_000, known, due, queue };
  return made;
}

function takeAll({ queue, known }: Setting): string[] {
  const paths: string[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    paths.push(next.path);
    known.add(next.path);
  }
  return paths;
}

test('the newest is looked at first, then what was never seen, oldest first, then what is due again', () => {
  const made = setting();
  made.known.add('2').add('3');
  made.due.add('2');
  made.queue.list(listing(1, [1, 2, 3, 4, 5, 9]));
  made.queue.takeUp();
  assert.deepEqual(takeAll(made), ['9', '1', '4', '5', '2']);
});

test('a listing is concluded once, when nothing is left of it', () => {
  const made = setting();
  made.queue.list(listing(1, [1]));
  assert.equal(made.queue.conclude(), null);
  assert.equal(made.queue.takeUp()?.number, 1);
  assert.equal(made.queue.conclude(), null);
  takeAll(made);
  assert.equal(made.queue.conclude()?.number, 1);
  assert.equal(made.queue.conclude(), null);
});

test('a listing waits until the one before was looked through; of several that wait the last is taken up', () => {
  const made = setting();
  made.queue.list(listing(1, [1, 2]));
  made.queue.takeUp();
  made.queue.list(listing(2, [1, 2, 3], true));
  made.queue.list(listing(3, [1, 2, 3, 4]));
  assert.equal(made.queue.takeUp(), null);
  takeAll(made);
  made.queue.conclude();
  const next = made.queue.takeUp();
  assert.equal(next?.number, 3);
  assert.equal(next?.isThorough, true, 'and what was asked of one that was passed over is done');
});

test('while a long listing is looked through the newest files are looked at every second', () => {
  const made = setting();
  made.queue.list(listing(1, [1, 2, 3, 4, 5, 6]));
  made.queue.takeUp();
  assert.equal(made.queue.take()?.path, '6');
  made.now += 999;
  made.queue.list(listing(2, [1, 2, 3, 4, 5, 6]));
  assert.equal(made.queue.take()?.path, '1');
  made.now += 1;
  made.queue.list(listing(3, [1, 2, 3, 4, 5, 6, 7]));
  assert.deepEqual([made.queue.take()?.path, made.queue.take()?.path], ['7', '2']);
});

test('of many files the older ones are asked in turns, as long as the listing names the same ones', () => {
  const made = setting();
  const many = Array.from({ length: 5000 }, (_, index) => ({ ...file((index % 28) + 1), path: String(index) }));
  const next = (number: number, files: readonly FoundFile[]): string[] => {
    made.queue.list({ number, isComplete: true, isThorough: false, devices: new Set(), files });
    made.queue.takeUp();
    const paths = takeAll(made);
    made.queue.conclude();
    return paths;
  };
  assert.equal(next(1, many).length, 5000);
  made.due.add('7');
  made.now += 1000;
  assert.ok(!next(2, many).includes('7'));
  made.now += 5000;
  assert.ok(next(3, many).includes('7'));
  made.now += 1000;
  assert.ok(next(4, [...many]).includes('7'), 'another listing is looked through at once');
});
