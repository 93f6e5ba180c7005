import type { AddressRange } from './address-range.ts';
import { RangeMap } from './range-map.ts';

/** What a line of the inventory can say of its clients. */
export const inventoryStates = ['known', 'acknowledged'] as const;
export type InventoryState = (typeof inventoryStates)[number];

/** One line of `known-clients.csv`; what is blank there is null. */
export interface InventoryEntry {
  readonly line: number;
  /** As written: an address, a CIDR or a range `a-b`. */
  readonly cidr: string;
  readonly range: AddressRange;
  readonly label: string | null;
  readonly owner: string | null;
  readonly contact: string | null;
  /** First moment at which the entry no longer counts, milliseconds since the epoch; null = never. */
  readonly expiresAt: number | null;
  /** As written. */
  readonly expires: string | null;
  readonly state: InventoryState;
  readonly note: string | null;
}

/** What the inventory says of an address at one moment. */
export interface Standing {
  readonly status: InventoryState | 'unknown';
  /** The entry that decides, expired or not; null when no entry holds the address. */
  readonly entry: InventoryEntry | null;
  /** Why an address that has an entry is unknown all the same; null otherwise. */
  readonly reason: string | null;
}

const noEntry: Standing = { status: 'unknown', entry: null, reason: null };

/**
 * The known clients. The most specific entry around an address decides alone: once it has expired the address is
 * unknown again, whatever a wider entry says. Never changed: a reload makes a new one.
 */
export class Inventory {
  readonly entries: readonly InventoryEntry[];
  readonly #ranges: RangeMap<InventoryEntry>;

  constructor(entries: readonly InventoryEntry[]) {
    this.entries = entries;
    this.#ranges = new RangeMap(entries.map((entry) => [entry.range, entry] as const));
  }

  /** The entry that decides about a canonical address, expired or not. */
  find(address: string): InventoryEntry | null {
    return this.#ranges.find(address) ?? null;
  }

  standing(address: string, nowMs: number): Standing {
    const entry = this.find(address);
    if (entry === null) return noEntry;
    if (!isExpired(entry, nowMs)) return { status: entry.state, entry, reason: null };
    return { status: 'unknown', entry, reason: `its entry ${entry.cidr} expired (${entry.expires})` };
  }

  /** When the next entry expires after `nowMs`, so that its clients are looked at again; null = never. */
  nextExpiryAfter(nowMs: number): number | null {
    let next: number | null = null;
    for (const { expiresAt } of this.entries) {
      if (expiresAt !== null && expiresAt > nowMs && (next === null || expiresAt < next)) next = expiresAt;
    }
    return next;
  }
}

export function isExpired(entry: InventoryEntry, nowMs: number): boolean {
  return entry.expiresAt !== null && entry.expiresAt <= nowMs;
}

export const emptyInventory = new Inventory([]);
