/**
 * An agent as seen from the topic: events of one lane, cut into chunks with the headers that place them. What it has
 * published is known, so what a collector must show is known: `truth.ts` adds it up.
 */
import { randomUUID } from 'node:crypto';
import { encodeEvent } from '../../../src/event/ndjson.ts';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { encodeHeaders } from '../../../src/delivery/kafka/chunk-codec.ts';
import type { ChunkHeaders } from '../../../src/delivery/kafka/chunk.ts';
import { partitionOf } from '../../../src/delivery/kafka/partition.ts';

/** Events are of the day before the test, so that none is late. */
const startedAt = Date.now() - 60_000;

/** A record as it goes to the topic. */
export interface WireChunk {
  readonly partition: number;
  readonly headers: ChunkHeaders;
  readonly body: Buffer;
  readonly events: readonly ConnectionEvent[];
}

export interface FakeAgentOptions {
  readonly server: string;
  readonly partitions: number;
  /** Seed of the events; equal seeds make equal events. */
  readonly seed: number;
  readonly readingBack?: boolean;
}

export class FakeAgent {
  readonly lane = randomUUID();
  readonly server: string;
  run = randomUUID();
  runFirst = 1;
  readonly #options: FakeAgentOptions;
  readonly #previous = new Map<number, { slice: number; offset: number }>();
  #slice = 0;
  #random: number;

  constructor(options: FakeAgentOptions) {
    this.#options = options;
    this.server = options.server;
    this.#random = options.seed;
  }

  get slice(): number {
    return this.#slice;
  }

  /** The last place per partition, as the ledger of a report has it. */
  ledger(): { partition: number; slice: number; offset: number }[] {
    return [...this.#previous].map(([partition, place]) => ({ partition, ...place }));
  }

  /** The process starts anew on its own state. */
  restart(): void {
    this.run = randomUUID();
    this.runFirst = this.#slice + 1;
  }

  /** A copy of the state as it is now, to be rolled back to, or to run as a clone. */
  copy(): FakeAgent {
    const clone = new FakeAgent({ ...this.#options, seed: this.#random + 1 });
    Object.assign(clone, { lane: this.lane });
    clone.#slice = this.#slice;
    for (const [partition, place] of this.#previous) clone.#previous.set(partition, place);
    clone.restart();
    return clone;
  }

  /** One slice of so many events, over the clients `10.0.0.1`, `10.0.0.2` ... up to so many. */
  slices(count: number, eventsEach: number, clients: number): WireChunk[] {
    return Array.from({ length: count }, () => this.#cut(eventsEach, clients)).flat();
  }

  #cut(eventCount: number, clients: number): WireChunk[] {
    const slice = ++this.#slice;
    const byPartition = new Map<number, ConnectionEvent[]>();
    for (let index = 0; index < eventCount; index++) {
      const event = this.#event(index * 100, clients);
      const partition = partitionOf(event.address, this.#options.partitions);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), event]);
    }
    return [...byPartition].map(([partition, events]) => this.#chunk(slice, partition, events));
  }

  #chunk(slice: number, partition: number, events: ConnectionEvent[]): WireChunk {
    const firstOffset = events[0]?.offset ?? 0;
    const lastOffset = events.at(-1)?.offset ?? 0;
    const headers: ChunkHeaders = {
      schema: 1,
      lane: this.lane,
      run: this.run,
      runFirst: this.runFirst,
      slice,
      firstOffset,
      lastOffset,
      previous: this.#previous.get(partition) ?? null,
      partitions: this.#options.partitions,
      readingBack: this.#options.readingBack ?? false,
      agentName: `agent-${this.server}`,
    };
    this.#previous.set(partition, { slice, offset: lastOffset });
    return { partition, headers, body: Buffer.from(events.map((event) => `${encodeEvent(event)}\n`).join('')), events };
  }

  #event(offset: number, clients: number): ConnectionEvent {
    const first = startedAt - this.#draw(100_000_000);
    const failed = this.#draw(4) === 0;
    const users = this.#draw(3) === 0 ? [] : [`user${this.#draw(30)}`];
    const client = this.#draw(clients);
    return {
      protocol: this.#draw(2) === 0 ? 'pop3' : 'imap4',
      server: this.server,
      address: `10.0.${client >> 8}.${client & 255}`,
      clientPort: 1024 + this.#draw(60_000),
      endpoint: this.#draw(5) === 0 ? null : `10.1.0.${this.#draw(3)}:${this.#draw(2) === 0 ? 995 : 110}`,
      session: null,
      file: 'POP32026112010-1.LOG',
      offset,
      opened: this.#draw(2),
      rows: 1 + this.#draw(9),
      commands: this.#draw(9),
      loginsSucceeded: failed ? 0 : this.#draw(2),
      loginsFailed: failed ? 1 : 0,
      bytesReceived: this.#draw(10_000),
      bytesSent: this.#draw(100_000),
      first,
      last: first + this.#draw(60_000),
      users,
      hasUser: users.length > 0,
      failure: failed ? { at: first, reason: `refused ${this.#draw(5)}` } : null,
    };
  }

  /** 0 <= number < below, from the seed (mulberry32). */
  #draw(below: number): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }
}

export function wireHeaders(chunk: WireChunk): Record<string, string> {
  return encodeHeaders(chunk.headers);
}
