import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { formatDuration, parseDuration } from '../../../src/runtime/duration.ts';
import { UserError } from '../../../src/runtime/errors.ts';

test('a duration is a whole number and a unit, or several from large to small', () => {
  const spellings: [string, number][] = [
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['30d', 2_592_000_000],
    ['1h30m', 5_400_000],
    ['1d12h5m10s7ms', 129_910_007],
    ['0s', 0],
  ];
  for (const [text, ms] of spellings) assert.equal(parseDuration(text), ms, text);
});

test('what is no duration is refused with a sentence that shows how to write one', () => {
  for (const text of [
    '',
    ' ',
    '5',
    'h',
    '5 m',
    '-5m',
    '+5m',
    '1.5h',
    '5M',
    '5min',
    '30m1h',
    '1h1h',
    '5m ',
    '1w',
    '٥m',
  ]) {
    assert.throws(
      () => parseDuration(text),
      (error) =>
        error instanceof UserError &&
        error.message === `"${text}" is not a duration: write a whole number and a unit, as in 10s, 5m, 1h, 24h or 7d.`,
      text,
    );
  }
});

test('a duration of more than 100 years is a mistake', () => {
  assert.throws(() => parseDuration('999999d'), { name: 'UserError', message: '"999999d" is longer than 100 years.' });
  assert.equal(parseDuration('36500d'), 36_500 * 86_400_000);
});

test('a duration is shown in its largest whole unit, a single day in hours', () => {
  const spellings: [number, string][] = [
    [0, '0s'],
    [1, '1ms'],
    [1500, '1500ms'],
    [90_000, '90s'],
    [300_000, '5m'],
    [3_600_000, '1h'],
    [86_400_000, '24h'],
    [172_800_000, '2d'],
    [604_800_000, '7d'],
  ];
  for (const [ms, text] of spellings) assert.equal(formatDuration(ms), text);
});

test('what is shown is read back as the same duration', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.constantFrom(1, 1000, 60_000, 3_600_000, 86_400_000 / 4), (amount, unit) => {
      assert.equal(parseDuration(formatDuration(amount * unit)), amount * unit);
    }),
  );
});
