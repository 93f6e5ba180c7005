/** What is worth a second look in an inventory that can be used: nothing here is an error. */
import { type Inventory, type InventoryEntry, isExpired } from './inventory.ts';

export interface Remark {
  readonly line: number;
  readonly text: string;
}

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;
/** A /16 of IPv4, a /64 of IPv6: larger entries hide who is there. */
const addressesMax = { ipv4: 1n << 16n, ipv6: 1n << 64n } as const;

/** In the order of the lines. */
export function reviewInventory({ entries }: Inventory, nowMs: number): readonly Remark[] {
  return entries.flatMap((entry) => [...remarks(entry, nowMs)].map((text) => ({ line: entry.line, text })));
}

function* remarks(entry: InventoryEntry, nowMs: number): Generator<string> {
  const { cidr, range, expires, expiresAt } = entry;
  if (isExpired(entry, nowMs)) yield `${cidr} expired (${expires}): its clients are unknown again`;
  else if (expiresAt !== null && expiresAt - nowMs < soonMs) {
    const days = Math.max(1, Math.ceil((expiresAt - nowMs) / dayMs));
    yield `${cidr} expires within ${days} ${days === 1 ? 'day' : 'days'} (${expires})`;
  }
  const size = range.last - range.first + 1n;
  if (size > (cidr.includes(':') && !cidr.includes('.') ? addressesMax.ipv6 : addressesMax.ipv4)) {
    yield `${cidr} makes ${sizeText(size)} addresses ${entry.state}: a client that nobody knows hides well there`;
  }
  if (entry.label === null && entry.owner === null) yield `${cidr} has neither label nor owner: nobody can be asked`;
}

function sizeText(size: bigint): string {
  return size < 1n << 53n ? Number(size).toLocaleString('en-US') : `2^${size.toString(2).length - 1}`;
}
