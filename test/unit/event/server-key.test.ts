import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { serverKey } from '../../../src/event/server-key.ts';

test('a key is the first DNS label in upper case', () => {
  assert.deepEqual(['ex01', 'EX01.contoso.test', 'Ex01.', ' ex01 ', 'mail-01.corp.example'].map(serverKey), [
    'EX01',
    'EX01',
    'EX01',
    'EX01',
    'MAIL-01',
  ]);
});

test('an IP address is no DNS name and stays whole', () => {
  assert.deepEqual(['10.0.0.5', 'FE80::1', '::ffff:10.0.0.5'].map(serverKey), ['10.0.0.5', 'fe80::1', '10.0.0.5']);
});

test('a label that is an address counts as one', () => {
  assert.deepEqual(['0::.', '0::.x'].map(serverKey), ['::', '::']);
});

test('a name of nothing is blank', () => {
  assert.deepEqual(['', ' ', '...', '\t', '\u0000.'].map(serverKey), ['', '', '', '', '']);
});

test('a key is its own key, holds no control character and has an end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const key = serverKey(name);
      assert.equal(serverKey(key), key);
      assert.equal(/\p{Cc}/u.test(key), false);
      assert.ok([...key].length <= 256);
    }),
    { numRuns: 1000 },
  );
});
