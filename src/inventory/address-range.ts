/** Addresses as numbers, and ranges of them: the only place that uses ipaddr.js. */
import ipaddr from 'ipaddr.js';

import { canonicalAddress } from '../event/address.ts';
import { UserError } from '../runtime/errors.ts';
import { shortText } from '../runtime/short-text.ts';

/** A contiguous run of addresses of one family, on the line of `addressNumber`; both ends included. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** IPv4 lies above all of IPv6 on the line, so that no IPv6 range, not even `::/0`, reaches into it. */
const ipv4Start = 1n << 128n;

/** The place of a canonical address on one line of numbers, IPv4 and IPv6 apart. */
export function addressNumber(address: string): bigint {
  if (!address.includes(':')) {
    let value = 0;
    for (const part of address.split('.')) value = value * 256 + Number(part);
    return ipv4Start + BigInt(value);
  }
  return ipaddr.IPv6.parse(address).parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n);
}

/**
 * Reads an address, a CIDR or a range `a-b`; mapped IPv6 is IPv4, a zone is dropped. Throws a UserError that says what
 * is wrong with the text.
 */
export function parseAddressRange(text: string): AddressRange {
  const [from, to, ...more] = text.split('-').map((part) => part.trim());
  if (from !== undefined && to !== undefined && more.length === 0) return parseEnds(text, from, to);
  const [address, length, ...rest] = text.trim().split('/');
  if (address === undefined || rest.length > 0 || more.length > 0) throw noRange(text);
  const canonical = canonicalAddress(address);
  if (canonical === null) throw noRange(text);
  if (length === undefined) {
    const value = addressNumber(canonical);
    return { first: value, last: value };
  }
  return parseCidr(text, canonical, prefixLength(text, length, address, canonical));
}

function parseEnds(text: string, from: string, to: string): AddressRange {
  const [first, last] = [canonicalAddress(from), canonicalAddress(to)];
  if (first === null || last === null) throw noRange(text);
  if (first.includes(':') !== last.includes(':')) throw new UserError(`"${shortText(text)}" mixes IPv4 and IPv6`);
  const range = { first: addressNumber(first), last: addressNumber(last) };
  if (range.first > range.last)
    throw new UserError(`"${shortText(text)}" ends before it begins: write ${last}-${first}`);
  return range;
}

/** In bits of the canonical address: `::ffff:10.0.0.0/104` is `10.0.0.0/8`. */
function prefixLength(text: string, length: string, written: string, canonical: string): number {
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  const mapped = written.includes(':') && !canonical.includes(':');
  const ownBits = mapped ? bits - 96 : bits;
  if (!(ownBits >= 0 && ownBits <= (canonical.includes(':') ? 128 : 32))) {
    throw new UserError(`"${shortText(text)}" has no possible prefix length after the slash`);
  }
  return ownBits;
}

function parseCidr(text: string, address: string, bits: number): AddressRange {
  const hostBits = BigInt((address.includes(':') ? 128 : 32) - bits);
  const value = addressNumber(address);
  const first = (value >> hostBits) << hostBits;
  if (first !== value)
    throw new UserError(`"${shortText(text)}" is no network: did you mean ${network(address, bits)}?`);
  return { first, last: first + (1n << hostBits) - 1n };
}

/** The network that an address lies in, in its usual spelling. */
function network(address: string, bits: number): string {
  const family = address.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${canonicalAddress(family.networkAddressFromCIDR(`${address}/${bits}`).toString())}/${bits}`;
}

function noRange(text: string): UserError {
  return new UserError(
    `"${shortText(text)}" is no address, CIDR or range: write 10.1.2.3, 10.1.2.0/24, 2001:db8::/32 or 10.1.2.10-10.1.2.20`,
  );
}
