import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseTimeText, timeText } from '../../../src/event/time-text.ts';

const farthestMs = 8_640_000_000_000_000;

test('a time is written as Date writes it, whatever was written before', () => {
  const anyTime = fc.oneof(
    fc.integer({ min: -farthestMs, max: farthestMs }),
    fc.integer({ min: -130_000, max: 130_000 }),
    fc.constantFrom(-farthestMs, farthestMs, -1, 0, 59_999, 60_000, 0.5, -0.5, 1_795_000_000_000.9),
  );
  fc.assert(
    fc.property(fc.array(anyTime, { maxLength: 5 }), (times) => {
      for (const time of times) assert.equal(timeText(time), new Date(time).toISOString());
    }),
    { numRuns: 1000 },
  );
});

test('what is no time is refused as Date refuses it', () => {
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, farthestMs + 60_000]) {
    assert.throws(() => timeText(none), RangeError);
  }
});

test('what was written is read again, in the years that logs can name', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (time) => {
      assert.equal(parseTimeText(timeText(time)), time);
    }),
  );
});
