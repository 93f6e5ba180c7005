import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, windowText } from '../../../src/collector/page/words.ts';

test('how long ago is said in one unit, and never as a negative time', () => {
  const now = '2026-11-24T10:00:00.000Z';
  assert.equal(ago('2026-11-24T10:00:00.000Z', now), 'now');
  assert.equal(ago('2026-11-24T10:05:00.000Z', now), 'now');
  assert.equal(ago('2026-11-24T09:58:01.000Z', now), '119 s ago');
  assert.equal(ago('2026-11-24T09:58:00.000Z', now), '2 min ago');
  assert.equal(ago('2026-11-24T08:00:00.000Z', now), '2 h ago');
  assert.equal(ago('2026-11-22T10:00:00.000Z', now), '2 d ago');
});

test('a window is not torn at the end of a line', () => {
  assert.equal(windowText('24h'), '24\u00a0h');
});
