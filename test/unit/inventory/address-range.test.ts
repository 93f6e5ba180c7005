import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';

import { canonicalAddress, compareAddresses } from '../../../src/event/address.ts';
import { addressNumber, parseAddressRange } from '../../../src/inventory/address-range.ts';
import { UserError } from '../../../src/runtime/errors.ts';
import { anyAddress, anyIpv4, anyIpv6 } from './any-address.ts';

const holds = (text: string, address: string): boolean => {
  const { first, last } = parseAddressRange(text);
  const value = addressNumber(address);
  return first <= value && value <= last;
};

test('addresses stand on one line in their order, IPv4 apart from IPv6', () => {
  fc.assert(
    fc.property(anyAddress, anyAddress, (left, right) => {
      const sameFamily = left.includes(':') === right.includes(':');
      const numbers = Math.sign(Number(addressNumber(left) - addressNumber(right)));
      if (sameFamily) assert.equal(numbers, Math.sign(compareAddresses(left, right)));
      else assert.equal(numbers, left.includes(':') ? -1 : 1);
    }),
  );
});

test('a CIDR holds the addresses that ipaddr.js says it does', () => {
  const anyCidr = fc.oneof(fc.tuple(anyIpv4, fc.nat(32)), fc.tuple(anyIpv6, fc.nat(128)));
  fc.assert(
    fc.property(anyCidr, anyAddress, ([address, bits], other) => {
      const parsed = ipaddr.parse(address);
      const family = parsed.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
      const base = canonicalAddress(family.networkAddressFromCIDR(`${address}/${bits}`).toString());
      if (base === null || base.includes(':') !== address.includes(':')) return; // the mapped block
      const cidr = `${base}/${bits}`;
      assert.ok(holds(cidr, address));
      const peer = ipaddr.parse(other);
      assert.equal(holds(cidr, other), peer.kind() === parsed.kind() && peer.match(parsed as ipaddr.IPv4, bits));
    }),
  );
});

test('an address, a CIDR and a range from a to b are read', () => {
  assert.ok(holds('10.1.2.3', '10.1.2.3'));
  assert.ok(!holds('10.1.2.3', '10.1.2.4'));
  assert.ok(holds('10.1.2.0/24', '10.1.2.255'));
  assert.ok(!holds('10.1.2.0/24', '10.1.3.0'));
  assert.ok(holds('10.1.2.250-10.1.3.4', '10.1.3.0'));
  assert.ok(holds('10.1.2.250 - 10.1.3.4', '10.1.3.4'));
  assert.ok(!holds('10.1.2.250-10.1.3.4', '10.1.3.5'));
  assert.ok(holds('2001:db8::/32', '2001:db8:ffff::1'));
  assert.ok(holds('2001:DB8::1-2001:db8::ff', '2001:db8::ff'));
});

test('everything of one family holds nothing of the other', () => {
  assert.ok(holds('0.0.0.0/0', '255.255.255.255'));
  assert.ok(!holds('0.0.0.0/0', '::'));
  assert.ok(holds('::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'));
  assert.ok(!holds('::/0', '0.0.0.0'));
});

test('mapped IPv6 is IPv4, and a zone is dropped', () => {
  assert.deepEqual(parseAddressRange('::ffff:10.0.0.0/104'), parseAddressRange('10.0.0.0/8'));
  assert.deepEqual(parseAddressRange('::ffff:10.0.0.1'), parseAddressRange('10.0.0.1'));
  assert.deepEqual(parseAddressRange('fe80::1%12'), parseAddressRange('fe80::1'));
});

test('each mistake has its sentence', () => {
  const format = 'write 10.1.2.3, 10.1.2.0/24, 2001:db8::/32 or 10.1.2.10-10.1.2.20';
  const mistakes: [string, string][] = [
    ['printer7', `"printer7" is no address, CIDR or range: ${format}`],
    ['', `"" is no address, CIDR or range: ${format}`],
    ['10.1.2', `"10.1.2" is no address, CIDR or range: ${format}`],
    ['010.1.2.3', `"010.1.2.3" is no address, CIDR or range: ${format}`],
    ['10.1.2.0/24/7', `"10.1.2.0/24/7" is no address, CIDR or range: ${format}`],
    ['10.1.2.1-10.1.2.2-10.1.2.3', `"10.1.2.1-10.1.2.2-10.1.2.3" is no address, CIDR or range: ${format}`],
    ['10.1.2.1-', `"10.1.2.1-" is no address, CIDR or range: ${format}`],
    ['10.1.2.0/33', '"10.1.2.0/33" has no possible prefix length after the slash'],
    ['10.1.2.0/', '"10.1.2.0/" has no possible prefix length after the slash'],
    ['10.1.2.0/255.255.255.0', '"10.1.2.0/255.255.255.0" has no possible prefix length after the slash'],
    ['::ffff:10.0.0.0/8', '"::ffff:10.0.0.0/8" has no possible prefix length after the slash'],
    ['10.1.2.7/24', '"10.1.2.7/24" is no network: did you mean 10.1.2.0/24?'],
    ['2001:db8::7/64', '"2001:db8::7/64" is no network: did you mean 2001:db8::/64?'],
    ['10.1.2.9-10.1.2.3', '"10.1.2.9-10.1.2.3" ends before it begins: write 10.1.2.3-10.1.2.9'],
    ['10.1.2.9-2001:db8::1', '"10.1.2.9-2001:db8::1" mixes IPv4 and IPv6'],
  ];
  for (const [text, message] of mistakes) {
    assert.throws(
      () => parseAddressRange(text),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.equal(error.message, message);
        return true;
      },
      text,
    );
  }
});
