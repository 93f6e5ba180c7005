/** What a state topic holds, put together record by record as collectors do, by a reader that only looks. */
import type { Sighting } from '../../../sighting/sighting.ts';
import { CommittedPartition } from './committed-partition.ts';
import type { TopicRecord } from './read-to-end.ts';
import { decodeState } from './state-record.ts';

export interface Takeover {
  readonly collector: string;
  readonly at: number;
}

export class PartitionContents {
  readonly committed: CommittedPartition;
  /** By key; the newest. */
  readonly sightings = new Map<string, Sighting>();
  /** Who took it over last; null = nobody has. */
  takeover: Takeover | null = null;
  /** Of the newest record; null = there is none. */
  changedAt: number | null = null;
  records = 0;

  constructor(partition: number, group: string) {
    this.committed = new CommittedPartition(partition, group);
  }
}

export class StateContents {
  readonly partitions: readonly PartitionContents[];

  constructor(partitions: number, group: string) {
    this.partitions = Array.from({ length: partitions }, (_, partition) => new PartitionContents(partition, group));
  }

  /** Throws an UnreadableState, and a UserError where the state is another group's. */
  take({ partition, offset, timestamp, key, value }: Omit<TopicRecord, 'topic'>): void {
    const contents = this.partitions[partition];
    if (contents === undefined) throw new Error(`partition ${partition} of ${this.partitions.length}`);
    const record = decodeState(key, value === null ? null : value.toString('utf8'));
    contents.records++;
    contents.changedAt = Math.max(contents.changedAt ?? 0, timestamp);
    if (!contents.committed.apply(offset, record)) return;
    if (record?.kind === 'sighting') contents.sightings.set(key, record.sighting);
    if (record?.kind === 'owner') contents.takeover = { collector: record.collector, at: record.at };
  }

  *sightings(): Generator<Sighting> {
    for (const { sightings } of this.partitions) yield* sightings.values();
  }
}
