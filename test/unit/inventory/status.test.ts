import assert from 'node:assert/strict';
import { test } from 'node:test';

import { firstStatus } from '../../../src/inventory/status.ts';

test('a client in a set has the first of unknown, acknowledged, known, proxied, probe', () => {
  assert.equal(firstStatus('probe', 'unknown'), 'unknown');
  assert.equal(firstStatus('acknowledged', 'known'), 'acknowledged');
  assert.equal(firstStatus('known', 'proxied'), 'known');
  assert.equal(firstStatus('probe', 'proxied'), 'proxied');
  assert.equal(firstStatus('probe', 'probe'), 'probe');
});
