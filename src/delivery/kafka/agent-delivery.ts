/**
 * The agent's side of delivery by Kafka: what is handed over is cut into chunks, stored in the outbox in one
 * transaction with the file's position, and published from there until the broker has it. DESIGN.md says why.
 */
import type { ConnectionEvent } from '../../event/connection-event.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { DeadLetterBox } from '../dead-letters/dead-letter.ts';
import type { Bookkeeping, Delivery, LaneDelivery, Slice } from '../delivery.ts';
import type { AgentState } from '../records.ts';
import { BatchRefused } from './chunk-sender.ts';
import type { ChunkSender } from './chunk-sender.ts';
import { chunkBytesMax } from './chunk.ts';
import { bodyBytesMax } from './cut.ts';
import { LaneBooks } from './lane-books.ts';
import { OutageLog } from './outage.ts';
import type { OutageState } from './outage.ts';
import { OutboxWriter } from './outbox-writer.ts';
import type { Outbox } from './outbox.ts';
import { unpack } from './packing.ts';
import type { QueuedChunk } from './partition-queue.ts';
import { Publisher } from './publisher.ts';
import type { HistoryFinding } from './own-history.ts';
import { runSource } from './run.ts';
import type { TopicFacts } from './topic-facts.ts';
import { TopicWatch } from './topic-watch.ts';
import { lettersOfChunk } from './undeliverable.ts';
import { within } from '../../runtime/within.ts';

export interface KafkaDeliveryParts {
  readonly outbox: Outbox;
  readonly sender: ChunkSender;
  readonly readTopic: () => Promise<TopicFacts>;
  readonly topic: string;
  readonly agentName: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  readonly machineId: () => string;
  /** Of all chunks that wait, before compression; 32 MiB. */
  readonly outboxBytesMax?: number;
  /** The process may have been copied with its memory. */
  readonly onNewRun?: () => void;
  /** How long a refused chunk waits before it is tried again; 30 s. */
  readonly refusedRetryMs?: number;
  /** How long it is refused before its events become dead letters; 15 minutes. */
  readonly refusedGiveUpMs?: number;
  /** Where they go; without it a refused chunk waits for ever. */
  readonly deadLetters?: DeadLetterBox;
}

export interface KafkaDeliveryStatus {
  /** Null while everything is taken. */
  readonly outage: OutageState | null;
  /** Of the topic; null until they are known. */
  readonly partitions: number | null;
  readonly chunksWaiting: number;
  readonly bytesWaiting: number;
}

export interface KafkaDelivery extends Delivery {
  status(): KafkaDeliveryStatus;
}

const outboxBytesMaxDefault = 32 * 1024 * 1024;
const batchChunksMax = 500;
const refusedRetryMsDefault = 30_000;
const refusedGiveUpMsDefault = 15 * 60_000;
/** How long closing waits for the broker's last answers. Not waiting costs duplicates, nothing else. */
const closeWaitMs = 1500;

export class AgentDelivery implements KafkaDelivery {
  readonly #state: AgentState;
  /** Id that reports bear. */
  #agent: string;
  readonly #parts: KafkaDeliveryParts;
  readonly #books: LaneBooks;
  readonly #outage: OutageLog;
  readonly #watch: TopicWatch;
  readonly #writer: OutboxWriter;
  #run = '';
  readonly #publisher: Publisher;

  constructor(parts: KafkaDeliveryParts) {
    const { outbox, topic, logger, clock } = parts;
    this.#parts = parts;
    this.#state = outbox.content.agent;
    this.#agent = this.#state.agent;
    this.#books = new LaneBooks(outbox.content);
    this.#outage = new OutageLog(topic, 'events', logger, clock);
    this.#watch = new TopicWatch({
      topic,
      read: parts.readTopic,
      partitions: outbox.content.partitions,
      settle: (partitions) => outbox.settle({ partitions }),
      outage: this.#outage,
      onChange: () => this.#writer.proceed(),
    });
    this.#publisher = this.#makePublisher();
    this.#writer = this.#makeWriter();
    this.#publisher.add(outbox.content.waiting.map((chunk) => ({ ...chunk, body: null, packed: null })));
    this.#watch.ask();
  }

  get state(): AgentState {
    return { ...this.#state, agent: this.#agent };
  }

  /** Last number given under a wire lane that is in use; null where it is none of ours. */
  lastSlice(wireLane: string): number | null {
    return this.#books.laneOf(wireLane) === null ? null : this.#books.get(wireLane).lastSlice;
  }

  /** Lets the events of these lanes go under new ids, durably; what is cut already goes out as it is. */
  async replaceLanes({ lanes, reason, mustChangeAgent }: HistoryFinding): Promise<void> {
    const { outbox, newId, clock } = this.#parts;
    const wireLanes = lanes.flatMap((wire) => {
      const lane = this.#books.laneOf(wire);
      return lane === null ? [] : [{ lane, id: newId(), replaces: { lane: wire, at: clock.now(), reason } }];
    });
    const agent = mustChangeAgent ? newId() : this.#agent;
    await outbox.settle({ wireLanes, ...(mustChangeAgent ? { agent } : {}) });
    for (const wire of wireLanes) this.#books.use(wire);
    this.#agent = agent;
  }

  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    return this.#writer.deliver(slice, events);
  }

  record(change: Bookkeeping): Promise<void> {
    return this.#writer.record(change);
  }

  lane(id: string): LaneDelivery {
    return this.#books.report(id, this.#writer.oldestReadAt(id));
  }

  status(): KafkaDeliveryStatus {
    const { chunks, bytes } = this.#writer.waiting;
    return {
      outage: this.#outage.current,
      partitions: this.#watch.partitions,
      chunksWaiting: chunks,
      bytesWaiting: bytes,
    };
  }

  async drain(deadlineMs: number): Promise<void> {
    await within(deadlineMs, this.#writer.whenIdle());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await within(closeWaitMs, Promise.all([this.#publisher.stop(), this.#watch.stop()]));
    try {
      await this.#writer.close();
    } finally {
      await this.#parts.outbox[Symbol.asyncDispose]();
      // A request that is never answered ends by its own time limit, and its connection with it.
      await within(closeWaitMs, this.#parts.sender[Symbol.asyncDispose]());
    }
  }

  #makeWriter(): OutboxWriter {
    const { outbox, agentName } = this.#parts;
    const runs = runSource(this.#parts);
    this.#run = runs.current();
    return new OutboxWriter({
      outbox,
      books: this.#books,
      settings: () => {
        const { partitions, messageBytesMax } = this.#watch;
        if (partitions === null) return null;
        const bytesMax = messageBytesMax === null ? chunkBytesMax : bodyBytesMax(messageBytesMax);
        const run = runs.current();
        if (run !== this.#run) this.#parts.onNewRun?.();
        this.#run = run;
        return { run, partitions, bytesMax, agentName };
      },
      pinned: (lane) => this.#publisher.pinned(lane),
      onStored: (chunks) => this.#publisher.add(chunks),
      onCleaningFailed: (error) => {
        this.#parts.logger.warn({ error }, 'What was published could not be removed from the state; trying on');
      },
      bytesMax: this.#parts.outboxBytesMax ?? outboxBytesMaxDefault,
    });
  }

  #makePublisher(): Publisher {
    const { sender, clock, random } = this.#parts;
    const pinMs = this.#parts.refusedRetryMs ?? refusedRetryMsDefault;
    const giveUpAfterMs = this.#parts.refusedGiveUpMs ?? refusedGiveUpMsDefault;
    const limits = { batchBytesMax: chunkBytesMax, batchChunksMax, pinMs, giveUpAfterMs };
    const packed = (ids: readonly number[]): Promise<readonly Uint8Array[]> => this.#parts.outbox.packed(ids);
    return new Publisher(
      { sender, clock, random, packed, limits, putAside: (chunk, error) => this.#putAside(chunk, error) },
      {
        acknowledged: (_, chunks) => this.#writer.acknowledged(chunks),
        failed: (_, chunks, error) => this.#failed(chunks, error),
        // Its place is told as acknowledged: collectors then see that the log does not hold it, and tell the gap.
        givenUp: (_, chunk) => this.#writer.acknowledged([chunk]),
      },
      this.#outage,
    );
  }

  async #putAside(chunk: QueuedChunk, error: unknown): Promise<boolean> {
    const { deadLetters, logger, clock } = this.#parts;
    if (deadLetters === undefined) return false;
    const reason = `the broker refuses it: ${error instanceof Error ? error.message : String(error)}`;
    const { headers, bytes, body } = chunk;
    // It was sent, so it is here in one form or the other.
    const lines = body ?? unpack(chunk.packed ?? new Uint8Array(), headers, bytes);
    const letters = lettersOfChunk(chunk, lines, reason, clock.now());
    if ((await deadLetters.keep(letters)) < letters.length) return false;
    const { lane, slice } = chunk.headers;
    logger.error({ lane, slice, events: letters.length, reason }, 'events that Kafka will not take were put aside');
    this.#books.get(lane).putAside(letters.length);
    return true;
  }

  #failed(chunks: readonly QueuedChunk[], error: unknown): void {
    for (const lane of new Set(chunks.map((chunk) => chunk.headers.lane))) this.#books.get(lane).publishFailed();
    // The topic's limit may have changed.
    if (error instanceof BatchRefused) this.#watch.ask();
  }
}
