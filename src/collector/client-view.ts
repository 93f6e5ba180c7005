import { compareByCodePoint } from '../event/code-point-order.ts';
import { describeSighting } from '../sighting/described.ts';
import { hints } from '../sighting/hints.ts';
import type { Sighting } from '../sighting/sighting.ts';
import { type ClientRecord, statusOver } from './client-store.ts';
import type { CountedSets } from './counted-sets.ts';
import type { ClientView, Migration } from './views.ts';

/** Name and owner of a device by the inventory. */
export interface Naming {
  nameOf(address: string): { readonly label: string | null; readonly owner: string | null };
}

/** Users shown of one client, over all its sightings. */
const usersShownMax = 16;

function migrationOf(record: ClientRecord, sets: CountedSets): Migration | null {
  const roles = new Set(record.sightings.map(({ server }) => sets.roleOf(server)));
  if (roles.has('legacy')) return roles.has('new') ? 'both' : 'legacy_only';
  return roles.has('new') ? 'new_only' : null;
}

/** A client as its sightings that pass `shown` make it; at least one must. */
export function viewClient(
  record: ClientRecord,
  sets: CountedSets,
  naming: Naming,
  shown: (sighting: Sighting) => boolean = () => true,
): ClientView {
  const name = naming.nameOf(record.address);
  const own = record.sightings.filter(shown);
  const sightings = record.sightings.flatMap((sighting, index) =>
    shown(sighting) ? [describeSighting(sighting, { status: record.statuses[index] ?? 'unknown', ...name })] : [],
  );
  const users = new Map(sightings.flatMap(({ users }) => users.map((user) => [user.toLowerCase(), user] as const)));
  return {
    address: record.address,
    status: statusOver(record, shown),
    ...name,
    migration: migrationOf(record, sets),
    firstSeen: new Date(Math.min(...own.map((sighting) => sighting.firstSeen))).toISOString(),
    lastSeen: new Date(Math.max(...own.map((sighting) => sighting.lastSeen))).toISOString(),
    connections: own.reduce((sum, sighting) => sum + sighting.connections, 0),
    rows: own.reduce((sum, sighting) => sum + sighting.rows, 0),
    users: [...users.values()].toSorted(compareByCodePoint).slice(0, usersShownMax),
    hints: hints.filter((hint) => sightings.some((sighting) => sighting.hints.includes(hint))),
    sightings,
  };
}
