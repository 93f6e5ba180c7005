import assert from 'node:assert/strict';
import { parseInventory } from '../../../../src/inventory/parse-inventory.ts';
import { storyInventoryCsv } from '../../../../src/simulator/story-inventory.ts';
import { anyInventory } from '../grammars.ts';
import type { FuzzTarget } from '../target.ts';

const addresses = ['0.0.0.0', '10.1.2.3', '255.255.255.255', '::', '::1', '2001:db8::7', 'ffff:ffff:ffff:ffff::'];

function check(input: Buffer): void {
  const text = input.toString('utf8');
  const lines = text.split(/\r\n|\n|\r/).length;
  const { inventory, problems } = parseInventory(text);
  if (problems !== undefined) {
    assert.ok(problems.length > 0, 'a refusal has its reasons');
    for (const { line, text: sentence } of problems) {
      assert.ok(line >= 1 && line <= lines, `line ${line} of ${lines}`);
      assert.ok(sentence.length > 0 && sentence.length < 1000, `a sentence of ${sentence.length} characters`);
    }
    return;
  }
  const next = inventory.nextExpiryAfter(0);
  assert.ok(next === null || Number.isFinite(next));
  for (const entry of inventory.entries) {
    assert.ok(entry.range.first <= entry.range.last);
    assert.ok(entry.expiresAt === null || Number.isFinite(entry.expiresAt));
    assert.ok((entry.label ?? '').length <= 512);
  }
  for (const address of addresses) {
    const { status, entry } = inventory.standing(address, 1_800_000_000_000);
    assert.ok(status === 'unknown' || entry !== null);
  }
}

export const inventory: FuzzTarget = {
  name: 'inventory',
  seeds: () => [
    Buffer.from(storyInventoryCsv(1_800_000_000_000)),
    Buffer.from('cidr,label,owner,contact,expires,state,note\n10.0.0.0/8,"a, b",c,,2026-12-31,known,\n# x\n\n'),
    Buffer.from('state,cidr\r\nacknowledged,10.1.2.3-10.1.2.9\r\nknown,2001:db8::/32\r\n::ffff:10.0.0.0/104\r\n'),
    Buffer.from('CIDR\n::/0\n0.0.0.0/0\nfe80::1%3\n'),
  ],
  grammar: anyInventory,
  words: [
    '/0',
    '/33',
    '/129',
    '10.0.0.1/8',
    '-',
    '10.1.2.9-10.1.2.3',
    '1.2.3.4-::1',
    '2026-02-30',
    '0000-01-01',
    '9999-12-31T23:59:59Z',
    'acknowledged',
    'KNOWN',
    'cidr,cidr\n',
    'hasOwnProperty',
    '"x""',
  ],
  check,
};
