import { Collector } from '../../collector/collector.ts';
import { KnownClientsBook } from '../../collector/known-clients.ts';
import type { Settings } from '../../config/schema.ts';
import { loadInventory } from '../../inventory/load-inventory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { collectorSettings } from '../collector-settings.ts';

/**
 * What a collector with these settings would show of a state: it is filled with the committed sightings, asked for
 * them, and serves nothing.
 */
export async function collectorOf(settings: Settings): Promise<Collector> {
  const own = collectorSettings(settings);
  const hasInventory = settings.inventory !== undefined;
  const known = new KnownClientsBook(own, systemClock, hasInventory);
  if (settings.inventory !== undefined) known.use(await loadInventory(settings.inventory));
  return new Collector({ settings: own, clock: systemClock, known, brokered: false, onFirstSeen: () => {} });
}
