import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byAge, plan, probeDelayMs } from '../../../src/agent/plan.ts';
import { parseLogFileName } from '../../../src/exchange-log/file-name.ts';

function file(fileName: string, folder = '/logs') {
  const name = parseLogFileName(fileName);
  assert.ok(name !== null, fileName);
  return { path: `${folder}/${fileName}`, folder, name };
}

function followed(names: readonly string[], horizon: string | null): string[] {
  const files = names.map((name) => file(name));
  return plan(files, horizon === null ? null : Date.parse(horizon)).followed.map(({ path }) => path.slice(6));
}

test('without a horizon every file is followed, oldest first, sequence numbers as numbers', () => {
  const names = ['POP320261120-10.LOG', 'POP320261120-9.LOG', 'POP320261119-1.LOG'];
  assert.deepEqual(followed(names, null), ['POP320261119-1.LOG', 'POP320261120-9.LOG', 'POP320261120-10.LOG']);
});

test('a file is skipped when a later period begins an hour or more before the horizon', () => {
  const names = ['POP32026112008-1.LOG', 'POP32026112009-1.LOG', 'POP32026112010-1.LOG', 'POP32026112011-1.LOG'];
  assert.deepEqual(followed(names, '2026-11-20T10:00:00Z'), names.slice(1));
  assert.deepEqual(followed(names, '2026-11-20T10:59:59Z'), names.slice(1));
  assert.deepEqual(followed(names, '2026-11-20T11:00:00Z'), names.slice(2));
});

test('the newest file is followed however old it is', () => {
  assert.deepEqual(followed(['POP3201602-1.LOG'], '2026-11-20T10:00:00Z'), ['POP3201602-1.LOG']);
  assert.deepEqual(followed(['POP3201601-1.LOG', 'POP3201602-1.LOG'], '2026-11-20T10:00:00Z'), ['POP3201602-1.LOG']);
});

test('a monthly file that began long before the horizon is followed while no later one did', () => {
  const names = ['POP3202610-1.LOG', 'POP3202611-1.LOG', 'POP3202612-1.LOG'];
  assert.deepEqual(followed(names, '2026-12-05T00:00:00Z'), ['POP3202612-1.LOG']);
  assert.deepEqual(followed(names, '2026-11-28T00:00:00Z'), ['POP3202611-1.LOG', 'POP3202612-1.LOG']);
});

test('files that share a period are followed or skipped together', () => {
  const names = ['POP320261119-1.LOG', 'POP320261120-1.LOG', 'POP320261120-2.LOG', 'POP320261120-3.LOG'];
  assert.deepEqual(followed(names, '2026-11-20T12:00:00Z'), names.slice(1));
});

test('folders and prefixes are series of their own', () => {
  const files = [
    file('POP320261101-1.LOG', '/a'),
    file('POP320261120-1.LOG', '/a'),
    file('POP320261101-1.LOG', '/b'),
    file('IMAP420261101-1.LOG', '/a'),
  ];
  const planned = plan(files, Date.parse('2026-11-20T10:00:00Z'));
  assert.equal(planned.skipped, 1);
  assert.deepEqual([...planned.newest].map(({ path }) => path).toSorted(), [
    '/a/IMAP420261101-1.LOG',
    '/a/POP320261120-1.LOG',
    '/b/POP320261101-1.LOG',
  ]);
});

test('the two newest of a series are recent', () => {
  const files = ['POP320261118-1.LOG', 'POP320261119-1.LOG', 'POP320261120-1.LOG'].map((name) => file(name));
  assert.deepEqual([...plan(files, null).recent], files.slice(1));
});

test('files of one period and number are told apart by their path', () => {
  assert.ok(byAge(file('POP320261120-1.LOG', '/a'), file('POP320261120-1.LOG', '/b')) < 0);
  assert.equal(byAge(file('POP320261120-1.LOG'), file('POP320261120-1.LOG')), 0);
});

test('a file that has just stopped being the newest is looked at in every scan, then seldom', () => {
  assert.equal(probeDelayMs(0, true), 0);
  assert.equal(probeDelayMs(119_999, true), 0);
  assert.equal(probeDelayMs(120_000, true), 60_000);
  assert.equal(probeDelayMs(3_600_000, true), 600_000);
  assert.equal(probeDelayMs(86_400_000, true), 3_600_000);
  assert.equal(probeDelayMs(0, false), 600_000);
});
