/**
 * What the log of connections holds, and what of it counts, by a rule of the test's own: per partition, lane and run
 * only what lies above everything before. With records that were deleted before anybody counted them it tells how
 * much is lost, to the event.
 */
import { openKafka } from '../../src/delivery/kafka/client.ts';
import type { Kafka } from '../../src/delivery/kafka/client.ts';
import { topicNames } from '../../src/delivery/kafka/topics.ts';
import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import { describeSighting } from '../../src/sighting/described.ts';
import { type Sighting, applyEvent, emptySighting, sightingKey } from '../../src/sighting/sighting.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type ReadChunk, readChunks } from '../integration/kafka-agent/read-topic.ts';
import type { Answered } from '../processes/against-truth.ts';
import { answered } from '../processes/until.ts';

const deleteDeadlineMs = 60_000;
const { connections } = topicNames('straggler');

/** Records of a partition that are gone: from this offset up to the other. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

export class Witness {
  readonly kafka: Kafka;
  readonly #records = new Map<string, ReadChunk>();
  /** Behind the last record that was read, by partition. */
  readonly ends = new Map<number, number>();

  constructor(brokers: readonly string[]) {
    this.kafka = openKafka({ brokers, clientId: 'witness' }, silentLogger);
  }

  /** Reads what is there. */
  async read(): Promise<void> {
    for (const chunk of await readChunks(this.kafka, connections)) {
      this.#records.set(`${chunk.partition} ${chunk.offset}`, chunk);
      this.ends.set(chunk.partition, Math.max(this.ends.get(chunk.partition) ?? 0, chunk.offset + 1));
    }
  }

  /** Deletes all that was read. Leaders may be moving: that is waited for. */
  async deleteRead(): Promise<void> {
    const partitions = [...this.ends].map(([partition, end]) => ({ partition, offset: String(end) }));
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      await answered(
        'the records are deleted',
        async () => {
          // kafkajs knows the leaders only of topics that it was asked about.
          await admin.fetchTopicOffsets(connections);
          await admin.deleteTopicRecords({ topic: connections, partitions });
        },
        deleteDeadlineMs,
      );
    } finally {
      await admin.disconnect();
    }
  }

  /** Events that count, in their order, when these records were never read. */
  events(lost: ReadonlyMap<number, LostRange> = new Map()): ConnectionEvent[] {
    return this.#counted(lost).flatMap(({ events }) => events);
  }

  /** `partition lane` of each chunk with events that count only where nothing is lost. */
  holes(lost: ReadonlyMap<number, LostRange>): ReadonlySet<string> {
    const left = new Set(this.#counted(lost).flatMap(({ events, place }) => events.map((one) => place + one.offset)));
    return new Set(
      this.#counted(new Map())
        .filter(({ events, place }) => events.some((one) => !left.has(place + one.offset)))
        .map(({ hole }) => hole),
    );
  }

  #counted(lost: ReadonlyMap<number, LostRange>) {
    const highest = new Map<string, readonly [slice: number, offset: number]>();
    const counted: { events: readonly ConnectionEvent[]; place: string; hole: string }[] = [];
    const inOrder = [...this.#records.values()].toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    for (const { partition, offset, headers, events: own } of inOrder) {
      const range = lost.get(partition);
      if (range !== undefined && offset >= range.from && offset < range.to) continue;
      const { lane, run, lastOffset } = headers;
      const chain = `${partition} ${lane} ${run}`;
      const [slice, last] = highest.get(chain) ?? [-1, -1];
      if (headers.slice < slice || (headers.slice === slice && lastOffset <= last)) continue;
      const events = own.filter((event) => headers.slice > slice || event.offset > last);
      counted.push({ events, place: `${chain} ${headers.slice} `, hole: `${partition} ${lane}` });
      highest.set(chain, [headers.slice, lastOffset]);
    }
    return counted;
  }
}

export function rowsIn(events: readonly ConnectionEvent[]): number {
  return events.reduce((sum, { rows }) => sum + rows, 0);
}

/** What a collector answers that has counted these events. */
export function answeredOf(events: readonly ConnectionEvent[]): Answered[] {
  const sightings = new Map<string, Sighting>();
  for (const event of events) {
    const key = sightingKey(event.protocol, event.server, event.address);
    const sighting = sightings.get(key) ?? emptySighting(event.protocol, event.server, event.address, 'bounded');
    sightings.set(key, sighting);
    applyEvent(sighting, event);
  }
  const nothing = { status: 'unknown', label: null, owner: null } as const;
  return [...sightings.values()].map((sighting) => ({ ...describeSighting(sighting, nothing) }));
}
