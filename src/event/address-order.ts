import { compareAddresses, ipv4Number } from './address.ts';

/**
 * Sorted by canonical address, as `compareAddresses` does: IPv4 before IPv6, each by number. Each address is read once
 * and not at every comparison.
 */
export function sortedByAddress<Item>(items: readonly Item[], addressOf: (item: Item) => string): Item[] {
  const ipv4: { readonly number: number; readonly item: Item }[] = [];
  const others: Item[] = [];
  for (const item of items) {
    const number = ipv4Number(addressOf(item));
    if (number === -1) others.push(item);
    else ipv4.push({ number, item });
  }
  ipv4.sort((a, b) => a.number - b.number);
  others.sort((a, b) => compareAddresses(addressOf(a), addressOf(b)));
  return [...ipv4.map(({ item }) => item), ...others];
}
