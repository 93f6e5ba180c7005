import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalAddress, compareAddresses } from '../../../src/event/address.ts';
import { sortedByAddress } from '../../../src/event/address-order.ts';

test('addresses sorted together are in the order in which two of them compare', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text) ?? text);
  fc.assert(
    fc.property(fc.uniqueArray(address), (addresses) => {
      const sorted = sortedByAddress(addresses).map((place) => addresses[place]);
      assert.deepEqual(sorted, [...addresses].sort(compareAddresses));
    }),
  );
});
