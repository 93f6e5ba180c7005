import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LineBytes, pieceOf } from '../../../src/event/line-bytes.ts';

function written(write: (line: LineBytes) => void): string {
  const line = new LineBytes(1);
  write(line);
  return line.text();
}

test('texts are written as JSON writes them, half surrogates too', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('\ud800', 'a\u007fb', '"\\'));
  fc.assert(
    fc.property(text, (any) =>
      assert.equal(
        written((line) => line.quoted(any)),
        JSON.stringify(any),
      ),
    ),
  );
});

test('whole numbers are written as JSON writes them', () => {
  const number = fc.oneof(fc.nat(2000), fc.nat(), fc.maxSafeNat(), fc.constantFrom(999_999_999, 1_000_000_000));
  fc.assert(
    fc.property(number, (any) =>
      assert.equal(
        written((line) => line.whole(any)),
        String(any),
      ),
    ),
  );
});

test('times are written as Date writes them', () => {
  const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
  const line = new LineBytes(1);
  fc.assert(
    fc.property(time, (ms) => {
      line.clear();
      line.time(ms);
      assert.equal(line.text(), new Date(ms).toISOString());
    }),
  );
});

test('what is copied stays, whatever is written or dropped afterwards', () => {
  const line = new LineBytes(4);
  for (const text of ['first,', 'second,', 'x'.repeat(100)]) line.piece(pieceOf(text));
  const copy = line.copy(6, 13);
  line.dropBefore(13);
  assert.equal(line.text(), 'x'.repeat(100));
  line.clear();
  line.utf8('größer');
  line.ascii('!');
  line.byte(0x0a);
  assert.equal(line.text(), 'größer!\n');
  assert.equal(copy.toString(), 'second,');
  assert.equal(copy.buffer.byteLength, copy.length);
});
