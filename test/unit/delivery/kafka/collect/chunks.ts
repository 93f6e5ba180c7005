/** Chunks for tests of the ledger: small, and whole like those of an agent. */
import { encodeEvent } from '../../../../../src/event/ndjson.ts';
import type { ConnectionEvent } from '../../../../../src/event/connection-event.ts';
import { encodeHeaders } from '../../../../../src/delivery/kafka/chunk-codec.ts';
import type { ChunkHeaders } from '../../../../../src/delivery/kafka/chunk.ts';
import type { LogRecord } from '../../../../../src/delivery/kafka/collect/position.ts';
import { PartitionLedger } from '../../../../../src/delivery/kafka/collect/partition-ledger.ts';
import type { LedgerOptions, PartitionState } from '../../../../../src/delivery/kafka/collect/partition-ledger.ts';
import { CommittedPartition } from '../../../../../src/delivery/kafka/collect/committed-partition.ts';
import { decodeState, encodeState } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import { sightingKey } from '../../../../../src/sighting/sighting.ts';
import type { Sighting } from '../../../../../src/sighting/sighting.ts';

export const nowMs = 1_800_000_000_000;

export function event(fields: Partial<ConnectionEvent> = {}): ConnectionEvent {
  return {
    protocol: 'pop3',
    server: 'EX01',
    address: '10.0.0.1',
    clientPort: 1,
    endpoint: null,
    session: null,
    file: 'POP32026112010-1.LOG',
    offset: 0,
    opened: 1,
    rows: 2,
    commands: 1,
    loginsSucceeded: 0,
    loginsFailed: 0,
    bytesReceived: 0,
    bytesSent: 0,
    first: nowMs - 1000,
    last: nowMs - 500,
    users: [],
    hasUser: false,
    failure: null,
    ...fields,
  };
}

/** A record at this offset of the topic. */
export function chunk(
  at: number,
  events: readonly (ConnectionEvent | string)[],
  fields: Partial<ChunkHeaders> = {},
): LogRecord {
  const offsets = events.flatMap((one) => (typeof one === 'string' ? [] : [one.offset]));
  const headers: ChunkHeaders = {
    schema: 1,
    lane: 'lane',
    run: 'run',
    runFirst: 1,
    slice: 1,
    firstOffset: Math.min(...offsets, fields.lastOffset ?? 0),
    lastOffset: Math.max(...offsets, 0),
    previous: null,
    partitions: 1,
    readingBack: false,
    agentName: 'agent',
    ...fields,
  };
  const lines = events.map((one) => `${typeof one === 'string' ? one : encodeEvent(one)}\n`);
  return { offset: at, timestamp: at, headers: encodeHeaders(headers), value: Buffer.from(lines.join('')) };
}

/** A partition, its committed sightings, and a ledger over them; `commit` does what a flush does, through the codec. */
export class LedgerBench {
  readonly committed = new CommittedPartition(0, 'group');
  readonly sightings = new Map<string, Sighting>();
  readonly #options: Partial<LedgerOptions>;
  ledger: PartitionLedger;
  #next = 0;

  constructor(options: Partial<LedgerOptions> = {}) {
    this.#options = options;
    this.ledger = this.#newLedger(this.committed);
  }

  /** The uncommitted is lost, and another owner takes over. */
  takeOver(): void {
    this.ledger = this.#newLedger(this.committed);
  }

  commit(): ReturnType<PartitionLedger['take']> {
    const flush = this.ledger.take();
    for (const record of flush.records) {
      const { key, value } = encodeState(record);
      this.committed.apply(this.#next++, decodeState(key, value));
      if (record.kind !== 'sighting') continue;
      const { protocol, server, address } = record.sighting;
      this.sightings.set(sightingKey(protocol, server, address), record.sighting);
    }
    return flush;
  }

  rows(): number {
    return [...this.sightings.values()].reduce((sum, sighting) => sum + sighting.rows, 0);
  }

  #newLedger(state: PartitionState): PartitionLedger {
    return new PartitionLedger({
      partition: 0,
      partitions: 1,
      group: 'group',
      state,
      lookup: (protocol, server, address) => this.sightings.get(sightingKey(protocol, server, address)),
      now: () => nowMs,
      lateAfterMs: 30 * 86_400_000,
      ...this.#options,
    });
  }
}
