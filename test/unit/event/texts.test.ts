import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareByCodePoint } from '../../../src/event/code-point-order.ts';
import { cutText, isCut } from '../../../src/event/cut-text.ts';
import { laterFailure } from '../../../src/event/later-failure.ts';
import { parseTimeText, timeText } from '../../../src/event/time-text.ts';

test('a text is cut at 256 code points, never within one', () => {
  assert.equal(cutText('x'.repeat(256)), 'x'.repeat(256));
  assert.equal(cutText('x'.repeat(257)), 'x'.repeat(256));
  assert.equal(cutText('\u{1f600}'.repeat(256)), '\u{1f600}'.repeat(256));
  assert.equal(cutText(`${'x'.repeat(255)}\u{1f600}y`), `${'x'.repeat(255)}\u{1f600}`);
  assert.deepEqual([isCut('\u{1f600}'.repeat(256)), isCut('\u{1f600}'.repeat(257))], [true, false]);
});

test('texts sort as their code points do', () => {
  const points = (text: string): number[] => [...text].map((character) => character.codePointAt(0) ?? 0);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, index) => point !== right[index]);
      const order = at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
      assert.equal(Math.sign(compareByCodePoint(a, b)), Math.sign(order));
    }),
  );
});

test('the later failure wins, at equal times the reason that sorts last', () => {
  const [early, late, tie] = [
    { at: 1, reason: 'z' },
    { at: 2, reason: 'a' },
    { at: 2, reason: 'b' },
  ];
  assert.equal(laterFailure(early, late), late);
  assert.equal(laterFailure(late, early), late);
  assert.equal(laterFailure(late, tie), tie);
  assert.equal(laterFailure(tie, late), tie);
  assert.equal(laterFailure(null, late), late);
  assert.equal(laterFailure(null, null), null);
});

test('a time is ISO 8601 with milliseconds, and nothing else is a time', () => {
  assert.equal(timeText(0), '1970-01-01T00:00:00.000Z');
  assert.equal(parseTimeText('2026-11-20T10:00:01.204Z'), Date.UTC(2026, 10, 20, 10, 0, 1, 204));
  for (const text of [
    '',
    '2026-11-20',
    '2026-11-20T10:00:01Z',
    '2026-11-20T10:00:01.204',
    '2026-02-29T00:00:00.000Z',
    '2026-11-20T24:00:00.000Z',
    '+12026-11-20T10:00:01.204Z',
  ]) {
    assert.equal(parseTimeText(text), null, text);
  }
});

test('any time of the years 1 to 9999 is read as it was written, and nothing else is', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
      assert.equal(parseTimeText(timeText(ms)), ms);
    }),
    { numRuns: 1000 },
  );
  const nearly = fc
    .array(fc.constantFrom('0', '1', '2', '3', '6', '9'), { minLength: 17, maxLength: 17 })
    .map((digits) => '0000-00-00T00:00:00.000Z'.replaceAll('0', () => digits.pop() ?? '0'));
  fc.assert(
    fc.property(nearly, (text) => {
      const date = new Date(text);
      const isReal = !Number.isNaN(date.getTime()) && date.toISOString() === text && !text.startsWith('0000');
      assert.equal(parseTimeText(text), isReal ? date.getTime() : null, text);
    }),
    { numRuns: 5000 },
  );
});
