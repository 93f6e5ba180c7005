import { decodeSighting, UnreadableSighting } from '../../sighting/codec.ts';
import { sightingKey } from '../../sighting/sighting.ts';
import type { State } from '../store/open-state.ts';
import { rowChecksum } from '../store/row-checksum.ts';
import { startAnewWith } from '../store/state-errors.ts';
import { Findings, type StateFinding } from '../store/state-finding.ts';

/** Every stored sighting is what was written, can be read, and stands under its own key. */
export function verifySightings({ database, kind }: Pick<State, 'database' | 'kind'>): {
  readonly findings: readonly StateFinding[];
  readonly sightings: number;
} {
  const found = new Findings();
  let sightings = 0;
  for (const { key, value, checksum } of database.prepare('SELECT key, value, checksum FROM sightings').iterate()) {
    sightings++;
    const problem = problemOf(key, value, checksum);
    if (problem === null) continue;
    const name = JSON.stringify(String(key).replaceAll('\t', ' ').slice(0, 200));
    found.add({ severity: 'problem', text: `the client ${name} ${problem}`, remedy: startAnewWith[kind] });
  }
  return { findings: found.list(), sightings };
}

function problemOf(key: unknown, value: unknown, checksum: unknown): string | null {
  if (typeof key !== 'string' || typeof value !== 'string' || rowChecksum(key, value) !== checksum) {
    return 'is not what was written';
  }
  try {
    const { protocol, server, address } = decodeSighting(value);
    return sightingKey(protocol, server, address) === key ? null : 'stands under the key of another';
  } catch (error) {
    if (error instanceof UnreadableSighting) return `cannot be read: ${error.message}`;
    throw error;
  }
}
