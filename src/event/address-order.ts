import { compareAddresses, ipv4Number, ipv6Key } from './address.ts';

/**
 * The places of canonical addresses in the order of `compareAddresses`: IPv4 before IPv6, each by number. An address
 * is read once and not at every comparison.
 */
export function sortedByAddress(addresses: readonly string[]): number[] {
  const numbers = Float64Array.from(addresses, ipv4Number);
  const places = addresses.map((_, place) => place);
  const number = (place: number): number => numbers[place] as number;
  const ipv4 = places.filter((place) => number(place) !== -1).sort((a, b) => number(a) - number(b));
  const others = places
    .filter((place) => number(place) === -1)
    .map((place) => ({ place, address: addresses[place] as string, key: ipv6Key(addresses[place] as string) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return compareAddresses(a.address, b.address);
      return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    });
  return [...ipv4, ...others.map(({ place }) => place)];
}
