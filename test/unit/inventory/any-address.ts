import * as fc from 'fast-check';

import { canonicalAddress } from '../../../src/event/address.ts';

function canonical(text: string): string {
  const address = canonicalAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return address;
}

/** Canonical addresses, near to each other so that ranges hold some of them. */
export const anyIpv4 = fc
  .tuple(fc.constantFrom(0, 10, 127, 255), fc.constantFrom(0, 1, 255), fc.constantFrom(0, 2), fc.nat(255))
  .map((parts) => canonical(parts.join('.')));

export const anyIpv6 = fc
  .tuple(fc.constantFrom('2001:db8', 'fe80:0', '0:0', 'ffff:ffff'), fc.constantFrom('0', '1', 'ffff'), fc.nat(0xffff))
  .map(([start, middle, end]) => canonical(`${start}:${middle}:0:0:0:${middle}:${end.toString(16)}`));

export const anyAddress = fc.oneof(anyIpv4, anyIpv6);
