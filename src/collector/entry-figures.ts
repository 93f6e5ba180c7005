import { isExpired, type Inventory, type InventoryEntry } from '../inventory/inventory.ts';
import type { ClientStore } from './client-store.ts';
import type { InventoryFigures } from './metrics-source.ts';

type Figures = InventoryFigures['entries'];

/** It looks at every client, so a scrape gets what is at most this old. */
const keptForMs = 10_000;

/** What the clients of each entry of the inventory do: a server without a role counts as legacy, as in the headline. */
export class EntryFigures {
  #kept: { readonly at: number; readonly figures: Figures } | null = null;

  forget(): void {
    this.#kept = null;
  }

  of(inventory: Inventory, store: ClientStore, now: number): Figures {
    if (this.#kept === null || Math.abs(now - this.#kept.at) > keptForMs) {
      this.#kept = { at: now, figures: count(inventory, store, now) };
    }
    return this.#kept.figures;
  }
}

function count(inventory: Inventory, store: ClientStore, now: number): Figures {
  const roles = new Map<InventoryEntry, { legacy: boolean; new: boolean }>();
  const clients = inventory.entries.length === 0 ? 0 : store.size;
  for (let client = 0; client < clients; client++) {
    const entry = inventory.find(store.table.clients.text(client));
    if (entry === null) continue;
    const seen = roles.get(entry) ?? { legacy: false, new: false };
    for (const sighting of store.sightingsOf(client)) {
      seen[store.sets.roleOf(store.sourceOf(sighting).server) ?? 'legacy'] = true;
    }
    roles.set(entry, seen);
  }
  const figures = { legacy_only: 0, both: 0, new_only: 0, silent: 0, expired: 0 };
  for (const entry of inventory.entries) {
    const seen = roles.get(entry);
    if (isExpired(entry, now)) figures.expired++;
    else if (seen === undefined) figures.silent++;
    else if (seen.legacy) figures[seen.new ? 'both' : 'legacy_only']++;
    else figures.new_only++;
  }
  return figures;
}
