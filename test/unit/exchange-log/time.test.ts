import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TimeReader } from '../../../src/exchange-log/time.ts';

const reader = new TimeReader();
const read = (text: string): number => reader.read(Buffer.from(`,${text},`), 1, 1 + Buffer.byteLength(text));

test('any time of the years 1 to 9999 is read as Date reads it', () => {
  const times = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(times, fc.nat(100_000), (ms, later) => {
      assert.equal(read(new Date(ms).toISOString()), ms);
      const next = Math.min(ms + later, 253_402_300_799_999);
      assert.equal(read(new Date(next).toISOString()), next);
    }),
    { numRuns: 2000 },
  );
});

test('a fraction may be missing, shorter or longer; what is below a millisecond is dropped', () => {
  const whole = Date.UTC(2026, 10, 20, 10, 0, 1);
  const fractions = ['', '.2', '.20', '.204', '.2049', '.2049999'];
  assert.deepEqual(
    fractions.map((fraction) => read(`2026-11-20T10:00:01${fraction}Z`) - whole),
    [0, 200, 200, 204, 204, 204],
  );
});

test('what no calendar or clock shows is no time', () => {
  const texts = [
    '',
    'dateTime',
    '2026-11-20',
    '2026-11-20T10:00:01.204',
    '2026-11-20 10:00:01.204Z',
    '2026-11-20T10:00:01,204Z',
    '2026-11-20T10:00:01.Z',
    '2026-11-20T10:00:01.2049Z9',
    '2026-11-20T10:00:01.20x9Z',
    '2026-11-20T10:00:60.204Z',
    '2026-11-20T10:60:01.204Z',
    '2026-11-20T24:00:01.204Z',
    '2026-11-31T10:00:01.204Z',
    '2026-02-29T10:00:01.204Z',
    '1900-02-29T10:00:01.204Z',
    '2026-00-20T10:00:01.204Z',
    '2026-13-20T10:00:01.204Z',
    '2026-11-00T10:00:01.204Z',
    '0000-11-20T10:00:01.204Z',
    '2026-1 -20T10:00:01.204Z',
    '-026-11-20T10:00:01.204Z',
    '2026/11/20T10:00:01.204Z',
    '2026-11-20T10.00:01.204Z',
    '2026-11-20T10:00.01.204Z',
    '2026-11-20T10:00:01.204+',
    '2026-11-20T10:00:01.12345678Z',
  ];
  assert.deepEqual(
    texts.filter((text) => !Number.isNaN(read(text))),
    [],
  );
  assert.equal(read('2000-02-29T23:59:59.999Z'), Date.UTC(2000, 1, 29, 23, 59, 59, 999));
});

test('a time that is none leaves nothing behind for the next one', () => {
  assert.ok(Number.isNaN(read('2026-11-31T10:00:01.204Z')));
  assert.ok(Number.isNaN(read('2026-11-31T10:00:02.204Z')));
  assert.equal(read('2026-11-30T10:00:02.204Z'), Date.UTC(2026, 10, 30, 10, 0, 2, 204));
});

test('any bytes are a time that Date knows, or none', () => {
  const nearly = fc.string({
    unit: fc.constantFrom('0', '1', '2', '9', '-', ':', '.', 'T', 'Z'),
    minLength: 18,
    maxLength: 29,
  });
  fc.assert(
    fc.property(nearly, (text) => {
      const time = read(text);
      assert.ok(Number.isNaN(time) || time === Date.parse(text), text);
    }),
    { numRuns: 2000 },
  );
});
