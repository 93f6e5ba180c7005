import type { Protocol } from '../../event/protocol.ts';
import type { Sighting } from '../../sighting/sighting.ts';
import type { DatabaseSync } from '../store/open-state.ts';

/** All sightings of one protocol, or of one server of it. */
export interface SightingSet {
  readonly protocol: Protocol;
  /** Null = of all servers. */
  readonly server: string | null;
}

export function isInSet({ protocol, server }: Pick<Sighting, 'protocol' | 'server'>, set: SightingSet): boolean {
  return protocol === set.protocol && (set.server === null || set.server === server);
}

/** Takes the sightings of these sets out of a state; inside the caller's transaction. */
export function dropSightings(database: DatabaseSync, sets: readonly SightingSet[]): void {
  const drop = database.prepare('DELETE FROM sightings WHERE substr(key, 1, length(?1)) = ?1');
  for (const { protocol, server } of sets) drop.run(server === null ? `${protocol}\t` : `${protocol}\t${server}\t`);
}
