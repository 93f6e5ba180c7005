import { encodeSighting } from '../../src/sighting/codec.ts';
import { applyEvent, emptySighting, sightingKey } from '../../src/sighting/sighting.ts';
import type { Sighting } from '../../src/sighting/sighting.ts';
import type { HandedSlice } from './log-lane.ts';

/** Sightings by key, in their stored form, sorted: what two sides that agree have in common. */
export type Counted = ReadonlyMap<string, string>;

export function countedOf(sightings: Iterable<Sighting>): Counted {
  const entries = [...sightings].map(
    (sighting) =>
      [sightingKey(sighting.protocol, sighting.server, sighting.address), encodeSighting(sighting)] as const,
  );
  return new Map(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** What is to be counted when each of these slices counts once. */
export function expectedOf(slices: Iterable<Pick<HandedSlice, 'events'>>): Counted {
  const sightings = new Map<string, Sighting>();
  for (const { events } of slices) {
    for (const event of events) {
      const key = sightingKey(event.protocol, event.server, event.address);
      const sighting = sightings.get(key) ?? emptySighting(event.protocol, event.server, event.address, 'bounded');
      sightings.set(key, sighting);
      applyEvent(sighting, event);
    }
  }
  return countedOf(sightings.values());
}
