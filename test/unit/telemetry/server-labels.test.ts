import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherServers, serverLabels } from '../../../src/telemetry/server-labels.ts';

test('configured servers come first, then the others by name', () => {
  const labels = serverLabels(['EX09', 'EX01'], ['B', 'A', 'EX01', 'B']);
  assert.deepEqual(labels.own, ['EX09', 'EX01', 'A', 'B']);
  assert.equal(labels.other.size, 0);
});

test('beyond the limit the rest share one label', () => {
  const seen = Array.from({ length: 150 }, (_, index) => `S${String(index).padStart(3, '0')}`);
  const labels = serverLabels(['Z'], seen.toReversed());
  assert.equal(labels.own.length, 100);
  assert.equal(labels.other.size, 51);
  assert.equal(labels.of('Z'), 'Z');
  assert.equal(labels.of('S098'), 'S098');
  assert.equal(labels.of('S099'), otherServers);
});
