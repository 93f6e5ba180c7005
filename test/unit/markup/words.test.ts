import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, count, counted, dateTime } from '../../../src/markup/words.ts';

test('figures are grouped, sizes have their unit, times are UTC', () => {
  assert.equal(count(1_234_567), '1,234,567');
  assert.equal(counted(1, 'client', 'clients'), '1 client');
  assert.equal(counted(0, 'client', 'clients'), '0 clients');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(1536), '1.5 KiB');
  assert.equal(bytes(123_456_789), '118 MiB');
  assert.equal(dateTime('2026-11-24T10:00:05.123Z'), '2026-11-24 10:00:05');
});
