import assert from 'node:assert/strict';
import { test } from 'node:test';

import { emptyInventory } from '../../../src/inventory/inventory.ts';
import type { Inventory } from '../../../src/inventory/inventory.ts';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';

function inventoryOf(...lines: string[]): Inventory {
  const { inventory } = parseInventory(['cidr,label,expires,state', ...lines].join('\n'));
  assert.ok(inventory);
  return inventory;
}

const now = Date.parse('2026-11-24T12:00:00Z');

test('an address has the state of the most specific entry around it', () => {
  const inventory = inventoryOf('10.0.0.0/8,All,,acknowledged', '10.1.2.3,Scanner,,known');
  assert.equal(inventory.standing('10.1.2.3', now).status, 'known');
  assert.equal(inventory.standing('10.1.2.3', now).entry?.label, 'Scanner');
  assert.equal(inventory.standing('10.1.2.4', now).status, 'acknowledged');
  assert.deepEqual(inventory.standing('11.0.0.1', now), { status: 'unknown', entry: null, reason: null });
});

test('an entry that has expired makes its address unknown again, and says so, whatever a wider entry says', () => {
  const inventory = inventoryOf('10.0.0.0/8,All,,known', '10.1.2.3,Scanner,2026-11-24,acknowledged');
  const midnight = Date.parse('2026-11-25T00:00:00Z');
  assert.equal(inventory.standing('10.1.2.3', midnight - 1).status, 'acknowledged');
  const after = inventory.standing('10.1.2.3', midnight);
  assert.equal(after.status, 'unknown');
  assert.equal(after.reason, 'its entry 10.1.2.3 expired (2026-11-24)');
  assert.equal(after.entry?.label, 'Scanner');
});

test('the next expiry is the first one still to come', () => {
  const inventory = inventoryOf('10.0.0.1,a,2026-11-20,known', '10.0.0.2,b,2026-12-31,known', '10.0.0.3,c,2026-11-30,');
  assert.equal(inventory.nextExpiryAfter(now), Date.parse('2026-12-01T00:00:00Z'));
  assert.equal(inventory.nextExpiryAfter(Date.parse('2026-12-01T00:00:00Z')), Date.parse('2027-01-01T00:00:00Z'));
  assert.equal(inventory.nextExpiryAfter(Date.parse('2027-01-01T00:00:00Z')), null);
});

test('without an inventory everyone is unknown', () => {
  assert.equal(emptyInventory.standing('10.1.2.3', now).status, 'unknown');
  assert.equal(emptyInventory.nextExpiryAfter(now), null);
});
