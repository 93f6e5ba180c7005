import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, count, counted, dateTime, windowText } from '../../../src/collector/page/words.ts';

test('how long ago is said in one unit, and never as a negative time', () => {
  const now = '2026-11-24T10:00:00.000Z';
  assert.equal(ago('2026-11-24T10:00:00.000Z', now), 'now');
  assert.equal(ago('2026-11-24T10:05:00.000Z', now), 'now');
  assert.equal(ago('2026-11-24T09:58:01.000Z', now), '119 s ago');
  assert.equal(ago('2026-11-24T09:58:00.000Z', now), '2 min ago');
  assert.equal(ago('2026-11-24T08:00:00.000Z', now), '2 h ago');
  assert.equal(ago('2026-11-22T10:00:00.000Z', now), '2 d ago');
});

test('figures are grouped, sizes have their unit, times are UTC', () => {
  assert.equal(count(1_234_567), '1,234,567');
  assert.equal(counted(1, 'client', 'clients'), '1 client');
  assert.equal(counted(0, 'client', 'clients'), '0 clients');
  assert.equal(bytes(1023), '1023 B');
  assert.equal(bytes(1536), '1.5 KiB');
  assert.equal(bytes(123_456_789), '118 MiB');
  assert.equal(dateTime('2026-11-24T10:00:05.123Z'), '2026-11-24 10:00:05');
  assert.equal(windowText('24h'), '24\u00a0h');
});
