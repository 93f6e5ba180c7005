import { embeddedMigrations, SightingTables } from '../../delivery/embedded/sighting-tables.ts';
import type { Outbox } from '../../delivery/kafka/outbox.ts';
import { OutboxTables, outboxMigrations } from '../../delivery/kafka/outbox-tables.ts';
import type { AgentState } from '../../delivery/records.ts';
import { copyState, type Migrations, type StateCopy } from '../../delivery/store/copy-state.ts';
import type { Sighting } from '../../sighting/sighting.ts';
import { PackedPageReader } from '../../sighting/table/packed-page.ts';
import { version } from '../version.ts';

export const migrations: Migrations = { embedded: embeddedMigrations, kafka: outboxMigrations };

/** A state folder to look at; dispose of it when done. Throws a UserError where there is none that can be read. */
export async function lookAtFolder(directory: string): Promise<StateCopy> {
  return await copyState(directory, { programVersion: version, migrations });
}

export interface FolderContents {
  readonly agent: AgentState;
  /** Null in the state of `run`. */
  readonly outbox: Outbox['content'] | null;
}

/** Throws a StateDamage where a record is not what was written. */
export function contentsOf(copy: StateCopy): FolderContents {
  if (copy.kind === 'embedded') return { agent: new SightingTables(copy).load(), outbox: null };
  const outbox = new OutboxTables(copy).load();
  return { agent: outbox.agent, outbox };
}

/** The sightings of a state of `run`, page by page. Throws a StateDamage where one is not what was written. */
export function* sightingPages(copy: StateCopy): Generator<Sighting[]> {
  const tables = new SightingTables(copy);
  for (let after: string | null = null; ;) {
    const { page, next } = tables.read(after);
    const packed = new PackedPageReader(page);
    const sightings: Sighting[] = [];
    while (packed.next()) sightings.push(packed.read());
    yield sightings;
    if (next === null) return;
    after = next;
  }
}
