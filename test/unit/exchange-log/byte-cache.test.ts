import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ByteCache } from '../../../src/exchange-log/byte-cache.ts';

test('a cache answers what was made of the bytes, however full it is', () => {
  const cache = new ByteCache<string>(4, (bytes, start, end) => bytes.toString('latin1', start, end));
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'b', 'c') })), (texts) => {
      for (const text of texts) assert.equal(cache.get(Buffer.from(`<${text}>`), 1, 1 + text.length), text);
    }),
  );
});

test('keys of every length, those too long to be kept included, are told apart by each of their bytes', () => {
  const cache = new ByteCache<string>(64, (bytes, start, end) => bytes.toString('latin1', start, end));
  for (let length = 0; length <= 70; length++) {
    const text = 'k'.repeat(length);
    assert.equal(cache.get(Buffer.from(text), 0, length), text);
    for (let at = 0; at < length; at++) {
      const other = `${text.slice(0, at)}x${text.slice(at + 1)}`;
      assert.equal(cache.get(Buffer.from(other), 0, length), other);
    }
    assert.equal(cache.get(Buffer.from(text), 0, length), text);
  }
});

test('the same bytes are made once and shared', () => {
  let made = 0;
  const cache = new ByteCache<object>(16, () => ({ number: made++ }));
  const first = cache.get(Buffer.from('10.1.2.3:1'), 0, 8);
  assert.equal(cache.get(Buffer.from('x10.1.2.3'), 1, 9), first);
  assert.equal(made, 1);
});

test('what is remembered does not hang on the bytes it was made of', () => {
  let made = 0;
  const cache = new ByteCache<number>(16, () => made++);
  const bytes = Buffer.from('aaaa');
  const first = cache.get(bytes, 0, 4);
  bytes.write('bbbb');
  assert.equal(cache.get(Buffer.from('aaaa'), 0, 4), first);
  assert.notEqual(cache.get(bytes, 0, 4), first);
});
