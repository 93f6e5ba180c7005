import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { addressNumber, parseAddressRange } from '../../../src/inventory/address-range.ts';
import type { AddressRange } from '../../../src/inventory/address-range.ts';
import { RangeMap } from '../../../src/inventory/range-map.ts';
import { anyAddress, anyIpv4 } from './any-address.ts';

function mapOf(ranges: readonly string[]): RangeMap<string> {
  return new RangeMap(ranges.map((text) => [parseAddressRange(text), text] as const));
}

/** The definition: of all ranges around the address the smallest; of these the one that begins last, then the first. */
function naive(ranges: readonly AddressRange[], address: string): number | undefined {
  const value = addressNumber(address);
  let best: number | undefined;
  for (const [index, range] of ranges.entries()) {
    if (range.first > value || value > range.last) continue;
    const winner = best === undefined ? undefined : ranges[best];
    const span = range.last - range.first;
    const bestSpan = winner === undefined ? span + 1n : winner.last - winner.first;
    if (span < bestSpan || (span === bestSpan && range.first > (winner?.first ?? 0n))) best = index;
  }
  return best;
}

const anyRange = fc
  .oneof(fc.tuple(anyAddress, anyAddress), fc.tuple(anyIpv4, anyIpv4))
  .filter(([left, right]) => left.includes(':') === right.includes(':'))
  .map(([left, right]) => {
    const [a, b] = [addressNumber(left), addressNumber(right)];
    return a < b ? { first: a, last: b } : { first: b, last: a };
  });

test('the most specific range around an address is found', () => {
  fc.assert(
    fc.property(fc.array(anyRange, { maxLength: 20 }), fc.array(anyAddress, { minLength: 10 }), (ranges, addresses) => {
      const map = new RangeMap(ranges.map((range, index) => [range, index] as const));
      for (const address of addresses) assert.equal(map.find(address), naive(ranges, address), address);
    }),
    { numRuns: 500 },
  );
});

test('the longest prefix wins, whatever the order of the lines', () => {
  for (const ranges of [
    ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3'],
    ['10.1.2.3', '10.0.0.0/8', '10.1.0.0/16'],
  ]) {
    const map = mapOf(ranges);
    assert.equal(map.find('10.1.2.3'), '10.1.2.3');
    assert.equal(map.find('10.1.2.4'), '10.1.0.0/16');
    assert.equal(map.find('10.2.0.0'), '10.0.0.0/8');
    assert.equal(map.find('11.0.0.0'), undefined);
    assert.equal(map.find('9.255.255.255'), undefined);
  }
});

test('a range from a to b wins over the CIDR around it and loses to an address in it', () => {
  const map = mapOf(['10.1.2.0/24', '10.1.2.10-10.1.2.20', '10.1.2.15']);
  assert.equal(map.find('10.1.2.10'), '10.1.2.10-10.1.2.20');
  assert.equal(map.find('10.1.2.15'), '10.1.2.15');
  assert.equal(map.find('10.1.2.21'), '10.1.2.0/24');
});

test('of ranges of one size that overlap the one that begins later wins', () => {
  const map = mapOf(['10.0.0.0-10.0.0.9', '10.0.0.5-10.0.0.14']);
  assert.equal(map.find('10.0.0.4'), '10.0.0.0-10.0.0.9');
  assert.equal(map.find('10.0.0.5'), '10.0.0.5-10.0.0.14');
});

test('an empty map finds nothing, and the ends of the line are found', () => {
  assert.equal(mapOf([]).find('10.0.0.1'), undefined);
  const map = mapOf(['0.0.0.0/0', '::/0']);
  for (const [address, range] of [
    ['0.0.0.0', '0.0.0.0/0'],
    ['255.255.255.255', '0.0.0.0/0'],
    ['::', '::/0'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::/0'],
  ] as const) {
    assert.equal(map.find(address), range);
  }
});
