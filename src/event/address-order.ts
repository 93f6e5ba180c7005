import { compareAddresses, ipv4Number } from './address.ts';

/**
 * The places of canonical addresses in the order of `compareAddresses`: IPv4 before IPv6, each by number. An IPv4
 * address is read once and not at every comparison.
 */
export function sortedByAddress(addresses: readonly string[]): number[] {
  const numbers = Float64Array.from(addresses, ipv4Number);
  const places = addresses.map((_, place) => place);
  const number = (place: number): number => numbers[place] as number;
  const ipv4 = places.filter((place) => number(place) !== -1).sort((a, b) => number(a) - number(b));
  const others = places.filter((place) => number(place) === -1);
  others.sort((a, b) => compareAddresses(addresses[a] as string, addresses[b] as string));
  return [...ipv4, ...others];
}
