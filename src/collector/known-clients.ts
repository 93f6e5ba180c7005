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

  statusOf(sighting: Sighting): Status {
    const knowledge = { inventory: this.#inventory, own: this.#own, probes: this.#probes };
    const status = statusOf(sighting, knowledge, this.#clock.now());
    // As on a server of ours: a program on the canary's host that does log in is a client like any other.
    return status !== 'proxied' && !sighting.hasUser && this.#canaries.has(sighting.address) ? 'probe' : status;
  }

  learn(sighting: Sighting): readonly string[] {
    const wasFull = this.#own.overflowed;
    const added = this.#own.learn(sighting.server, sighting.endpoints.values());
    if (!wasFull && this.#own.overflowed) this.onOverflow();
    return added;
  }

  nameOf(address: string): { label: string | null; owner: string | null } {
    const entry = this.#inventory.find(address);
    return { label: entry?.label ?? null, owner: entry?.owner ?? null };
  }

  searchFor(text: string): Search {
    const wanted = text.trim().toLowerCase();
    const range = wanted.includes('/') || wanted.includes('-') ? rangeOf(wanted) : null;
    if (range !== null) {
      return ({ address }) => {
        const place = addressNumber(address);
        return place >= range.first && place <= range.last;
      };
    }
    return ({ address, sightings }, shown) => {
      if (address.includes(wanted)) return true;
      const { label, owner } = this.nameOf(address);
      if (label?.toLowerCase().includes(wanted) === true || owner?.toLowerCase().includes(wanted) === true) return true;
      return sightings.some(
        (sighting) => shown(sighting) && namesOf(sighting).some((name) => name.toLowerCase().includes(wanted)),
      );
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
}

/** Who a client says that it is. */
function namesOf({ users, smtp }: Sighting): readonly string[] {
  return smtp === undefined ? users.values() : [...users.values(), ...smtp.helo.values(), ...smtp.senders.values()];
}

/** A name may hold a dash or a slash: what is no range is searched as text. */
function rangeOf(text: string): ReturnType<typeof parseAddressRange> | null {
  try {
    return parseAddressRange(text);
  } catch {
    return null;
  }
}
