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

/** The sightings of a state of `run`, packed, page by page. Throws a StateDamage where one is not what was written. */
export function* sightingPages(copy: StateCopy): Generator<Uint8Array<ArrayBuffer>> {
  const tables = new SightingTables(copy);
  for (let after: string | null = null; ;) {
    const { page, next } = tables.read(after);
    yield page;
    if (next === null) return;
    after = next;
  }
}

/** The same, one by one. */
export function* sightingsOf(copy: StateCopy): Generator<Sighting> {
  for (const page of sightingPages(copy)) {
    const reader = new PackedPageReader(page);
    while (reader.next()) yield reader.read();
  }
}

/** Under which ids the events of a lane are published, the newest first. */
export function wireLanesOf(lane: string, outbox: Outbox['content']): string[] {
  const wire = outbox.wireLanes.find((one) => one.lane === lane);
  if (wire === undefined) return [lane];
  return wire.replaces === null ? [wire.id] : [wire.id, wire.replaces.lane];
}
