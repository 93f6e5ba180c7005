/**
 * Who is who: the inventory in force, our own addresses as configured and as the logs show them, and the balancers.
 * The collector asks; nobody else decides a status.
 */
import { addressNumber, parseAddressRange } from '../inventory/address-range.ts';
import { statusOf } from '../inventory/classify.ts';
import { emptyInventory, type Inventory } from '../inventory/inventory.ts';
import { OwnAddresses } from '../inventory/own-addresses.ts';
import { RangeMap } from '../inventory/range-map.ts';
import type { Status } from '../inventory/status.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Sighting } from '../sighting/sighting.ts';
import { none, type SightingTable } from '../sighting/table/sighting-table.ts';
import type { Search } from './client-query.ts';
import type { ClientStore } from './client-store.ts';
import type { KnownClients } from './collector.ts';
import { EntryFigures } from './entry-figures.ts';
import type { InventoryFigures } from './metrics-source.ts';
import type { CollectorSettings } from './settings.ts';

const canariesMax = 1000;

export class KnownClientsBook implements KnownClients {
  /** The logs name more addresses of ours than are kept: some may be shown as clients. */
  onOverflow: () => void = () => {};
  readonly #clock: Clock;
  readonly #own: OwnAddresses;
  readonly #probes: RangeMap<true>;
  /** Addresses that our canaries come from. */
  readonly #canaries = new Set<string>();
  readonly #entryFigures = new EntryFigures();
  #inventory: Inventory = emptyInventory;
  #loadedAt: number | null = null;
  #lastReloadSuccessful = true;
  readonly #hasInventory: boolean;

  constructor(settings: CollectorSettings, clock: Clock, hasInventory: boolean) {
    this.#clock = clock;
    this.#hasInventory = hasInventory;
    const configured = [...settings.servers].flatMap(([server, { addresses }]) =>
      addresses.map((address) => ({ server, range: parseAddressRange(address) })),
    );
    this.#own = new OwnAddresses(configured);
    this.#probes = new RangeMap(settings.balancers.map((address) => [parseAddressRange(address), true] as const));
  }

  /** From now on this inventory is in force; the caller has the collector reclassify. */
  use(inventory: Inventory): void {
    this.#inventory = inventory;
    this.#loadedAt = this.#clock.now();
    this.#lastReloadSuccessful = true;
    this.#entryFigures.forget();
  }

  /** A canary comes from this address; answers whether that is new, and the caller has the collector reclassify. */
  learnCanary(address: string): boolean {
    if (this.#canaries.has(address) || this.#canaries.size >= canariesMax) return false;
    this.#canaries.add(address);
    return true;
  }

  /** The file could not be loaded: the inventory in force stays. */
  reloadFailed(): void {
    this.#lastReloadSuccessful = false;
  }

  /** When an entry expires next, and its clients change status; null = never. */
  get nextExpiryAt(): number | null {
    return this.#inventory.nextExpiryAfter(this.#clock.now());
  }

  statusOf(sighting: Pick<Sighting, 'server' | 'address' | 'hasUser'>): Status {
    const knowledge = { inventory: this.#inventory, own: this.#own, probes: this.#probes };
    // Without entries none can have expired, and a million clients need not ask for the time.
    const now = this.#inventory.entries.length === 0 ? 0 : this.#clock.now();
    const status = statusOf(sighting, knowledge, now);
    // As on a server of ours: a program on the canary's host that does log in is a client like any other.
    return status !== 'proxied' && !sighting.hasUser && this.#canaries.has(sighting.address) ? 'probe' : status;
  }

  learn(server: string, endpoints: readonly string[]): readonly string[] {
    const wasFull = this.#own.overflowed;
    const added = this.#own.learn(server, endpoints);
    if (!wasFull && this.#own.overflowed) this.onOverflow();
    return added;
  }

  nameOf(address: string): { label: string | null; owner: string | null } {
    const entry = this.#inventory.find(address);
    return { label: entry?.label ?? null, owner: entry?.owner ?? null };
  }

  searchFor(text: string, table: SightingTable): Search {
    const wanted = text.trim().toLowerCase();
    const range = wanted.includes('/') || wanted.includes('-') ? rangeOf(wanted) : null;
    if (range !== null) {
      return (client) => {
        const place = addressNumber(table.clients.text(client));
        return place >= range.first && place <= range.last;
      };
    }
    const isNamed = this.#inventory.entries.length > 0;
    const found = table.whereNamesInclude(wanted);
    return (client, shown) => {
      if (table.clients.includes(client, wanted)) return true;
      if (isNamed && this.#nameIncludes(table.clients.text(client), wanted)) return true;
      for (let sighting = table.first(client); sighting !== none; sighting = table.next(sighting)) {
        if (found[sighting] === 1 && shown(sighting)) return true;
      }
      return false;
    };
  }

  figures(store: ClientStore): InventoryFigures | null {
    if (!this.#hasInventory) return null;
    return {
      entries: this.#entryFigures.of(this.#inventory, store, this.#clock.now()),
      lastReloadSuccessful: this.#lastReloadSuccessful,
      lastLoadedAt: this.#loadedAt,
    };
  }

  #nameIncludes(address: string, wanted: string): boolean {
    const { label, owner } = this.nameOf(address);
    return label?.toLowerCase().includes(wanted) === true || owner?.toLowerCase().includes(wanted) === true;
  }
}

/** A name may hold a dash or a slash: what is no range is searched as text. */
function rangeOf(text: string): ReturnType<typeof parseAddressRange> | null {
  try {
    return parseAddressRange(text);
  } catch {
    return null;
  }
}
