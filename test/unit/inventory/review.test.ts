import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { reviewInventory } from '../../../src/inventory/review.ts';

const now = Date.UTC(2026, 10, 24, 10);

function remarksOn(...lines: string[]): string[] {
  const { inventory } = parseInventory(['cidr,label,expires,state', ...lines].join('\n'));
  assert.ok(inventory !== undefined);
  return reviewInventory(inventory, now).map(({ line, text }) => `${line}: ${text}`);
}

test('entries that expired or soon will are named', () => {
  assert.deepEqual(
    remarksOn('10.1.2.3,a,2026-11-23,', '10.1.2.4,a,2026-11-24,', '10.1.2.5,a,2026-12-20,', '10.1.2.6,a,2027-01-01,'),
    [
      '2: 10.1.2.3 expired (2026-11-23): its clients are unknown again',
      '3: 10.1.2.4 expires within 1 day (2026-11-24)',
      '4: 10.1.2.5 expires within 27 days (2026-12-20)',
    ],
  );
});

test('entries in which anybody could hide are named, and those of which nobody can be asked', () => {
  assert.deepEqual(
    remarksOn('10.1.0.0/16,a,,', '10.0.0.0/8,a,,', '::/0,a,,acknowledged', '2001:db8::/64,a,,', '10.9.9.9,,,'),
    [
      '3: 10.0.0.0/8 makes 16,777,216 addresses known: a client that nobody knows hides well there',
      '4: ::/0 makes 2^128 addresses acknowledged: a client that nobody knows hides well there',
      '6: 10.9.9.9 has neither label nor owner: nobody can be asked',
    ],
  );
});
