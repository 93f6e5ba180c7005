/**
 * Reads the whole state topic, always and in every collector, and hands what is committed to whoever shows it. What a
 * collector shows comes from here alone; ownership decides who counts and writes, not who knows.
 *
 * It also is the only reader from which a takeover learns what its predecessor committed, so a collector that stands
 * by is really warm: the state it would take over is the one that it shows.
 */
import { randomUUID } from 'node:crypto';
import type { Protocol } from '../../../event/protocol.ts';
import { UserError } from '../../../runtime/errors.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { UnreadableSighting } from '../../../sighting/codec.ts';
import type { Sighting } from '../../../sighting/sighting.ts';
import { PackedPageWriter } from '../../../sighting/table/packed-page.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { AgentReports, CommittedSighting, CommittedSightings } from '../../counting.ts';
import type { Consumer, EachBatchPayload, Kafka } from '../client.ts';
import { CommittedPartition } from './committed-partition.ts';
import { ConsumerLoop } from './consumer-loop.ts';
import type { LossRecord } from './loss-record.ts';
import type { LogRange } from './position.ts';
import { decodeReport } from './report-codec.ts';
import { decodeState, UnreadableState } from './state-record.ts';
import type { StateRecord } from './state-record.ts';
import { refusedState } from './state-refusal.ts';

export interface FollowerOptions {
  readonly kafka: Kafka;
  readonly group: string;
  readonly stateTopic: string;
  readonly agentsTopic: string;
  readonly partitions: number;
  readonly committed: CommittedSightings;
  readonly reports: AgentReports;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A loss has become durable, here or elsewhere; called for each again after a restart. */
  readonly loss: (loss: LossRecord, partition: number) => void;
}

export interface OffsetRecord {
  readonly offset: number;
  /** Null says nothing, but its offset counts. */
  readonly record: StateRecord | StoredSighting | null;
}

/** A sighting as the topic holds it: of the million of them in a restore no objects are made. */
interface StoredSighting {
  readonly kind: 'stored sighting';
  /** `sightingKey`. */
  readonly key: string;
  readonly json: string;
}

const sightingKeyStart = 's\t';

interface Waiter {
  readonly partition: number;
  readonly offset: number;
  readonly resolve: () => void;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #loop: ConsumerLoop;
  readonly #partitions: readonly CommittedPartition[];
  /** By topic and partition: all before this offset has been read. */
  readonly #read = new Map<string, number>();
  /** Records of ours that are on their way, by partition and offset: the topic may be quicker than the answer. */
  readonly #announced = new Map<number, Map<number, OffsetRecord['record']>>();
  readonly #page = new PackedPageWriter();
  #waiters: Waiter[] = [];
  #goals: Map<string, number> | null = null;
  #refusal: UserError | null = null;
  #caughtUp = false;
  #suspectsLoss = false;
  readonly #lastRead = new Map<number, number>();
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#partitions = Array.from({ length: options.partitions }, (_, id) => new CommittedPartition(id, options.group));
    this.#loop = new ConsumerLoop({
      kafka: options.kafka,
      // A group of its own, or the topic would be shared out among the collectors.
      groupId: `${options.group}-follower-${randomUUID()}`,
      topics: [options.stateTopic, options.agentsTopic],
      heartbeatIntervalMs: 1000,
      waitMsMax: 100,
      // All partitions of an answer are unpacked at once, some five times as large: a quarter of the room costs no time.
      partitionBytesMax: 256 * 1024,
      logger: options.logger,
      eachBatch: (payload) => this.#eachBatch(payload),
      joined: (consumer, assigned) => this.#joined(consumer, assigned),
      lost: () => {},
      heartbeat: () => this.#heard(),
      read: (topic, partition, lastOffset) => this.#advance(topic, partition, lastOffset + 1),
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** The committed state of a partition. */
  partition(id: number): CommittedPartition {
    const partition = this.#partitions[id];
    if (partition === undefined) throw new Error(`partition ${id} of ${this.#partitions.length}`);
    return partition;
  }

  /** Committed position of a partition of the connections; null before its first commit, or where there is none. */
  position(id: number): number | null {
    return this.#partitions[id]?.position?.offset ?? null;
  }

  lookup(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.#options.committed.get(protocol, server, address);
  }

  /** Everything that was in the topics when `catchUpTo` was called has been read. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /**
   * A batch told of an end of its partition that lies before what is applied. Mostly the batch was fetched before our
   * own latest commit, whose answer was quicker; `checkEnds` finds out.
   */
  get suspectsLoss(): boolean {
    return this.#suspectsLoss;
  }

  /**
   * Per partition the offset of the last record that the state topic itself has given us. Own commits that were applied
   * from their answers lie beyond it, and for a moment beyond the end that a broker tells: that is the last stable one,
   * and a commit is answered before its marker is written.
   */
  readOffsets(): ReadonlyMap<number, number> {
    return new Map(this.#lastRead);
  }

  /**
   * Refuses the state if records are gone that had been read before the ends of the state topic were asked for: `read`
   * is what `readOffsets` answered then.
   */
  checkEnds(ends: ReadonlyMap<number, LogRange>, read: ReadonlyMap<number, number>): void {
    this.#suspectsLoss = false;
    for (const [partition, { high }] of ends) {
      if (high <= (read.get(partition) ?? -1)) this.#refuse(this.#lostRecords());
    }
  }

  /** Why the state cannot be used; counting must not go on. */
  get refusal(): UserError | null {
    return this.#refusal;
  }

  /** Monotonic time of the broker's last word. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Sets what "caught up" means: the ends of the two topics at start. */
  catchUpTo(state: ReadonlyMap<number, LogRange>, agents: ReadonlyMap<number, LogRange>): void {
    const goals = new Map<string, number>();
    for (const [topic, ranges] of [
      [this.#options.stateTopic, state],
      [this.#options.agentsTopic, agents],
    ] as const) {
      for (const [partition, { low, high }] of ranges) if (high > low) goals.set(`${topic}/${partition}`, high);
    }
    this.#goals = goals;
    this.#checkGoals();
  }

  /** Resolves once the record at this offset of a partition of the state topic has been applied from the topic. */
  async applied(partition: number, offset: number): Promise<void> {
    if (this.partition(partition).applied >= offset) return;
    await new Promise<void>((resolve) => this.#waiters.push({ partition, offset, resolve }));
  }

  /**
   * Says what an own transaction is about to commit, and at which offsets. Throws when that cannot follow what has been
   * applied: then the topic is another one, and nothing may be committed to it.
   */
  announce(partition: number, records: readonly OffsetRecord[]): void {
    if ((records[0]?.offset ?? -1) <= this.partition(partition).applied) this.#refuse(this.#lostRecords());
    if (this.#refusal !== null) throw this.#refusal;
    this.#announced.set(partition, new Map(records.map(({ offset, record }) => [offset, record])));
  }

  /** Applies an own commit from its answer, without waiting for the topic. */
  applyOwn(partition: number, records: readonly OffsetRecord[]): void {
    this.#apply(partition, records);
    this.#announced.delete(partition);
  }

  #joined(consumer: Consumer, assigned: Readonly<Record<string, readonly number[]>>): void {
    this.#heard();
    // A join forgets positions, also those of partitions that are kept.
    for (const [topic, partitions] of Object.entries(assigned)) {
      for (const partition of partitions) {
        const next = this.#read.get(`${topic}/${partition}`);
        if (next !== undefined) consumer.seek({ topic, partition, offset: String(next) });
      }
    }
  }

  async #eachBatch({ batch, heartbeat, resolveOffset }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    if (topic === this.#options.stateTopic) {
      if (this.#refusal === null) this.#applyBatch(partition, batch.messages, Number(batch.highWatermark));
    } else {
      for (const { value } of batch.messages) this.#acceptReport(value);
    }
    const last = batch.messages.at(-1);
    if (last !== undefined) resolveOffset(last.offset);
    await heartbeat();
    // A restore is a flood of batches: whatever else the process does gets its turn between them.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #applyBatch(partition: number, messages: EachBatchPayload['batch']['messages'], end: number): void {
    const state = this.partition(partition);
    const last = messages.at(-1);
    if (last !== undefined) this.#lastRead.set(partition, Number(last.offset));
    try {
      if (end <= state.applied) this.#suspectsLoss = true;
      const announced = this.#announced.get(partition);
      const records: OffsetRecord[] = [];
      for (const { key, value, offset: text } of messages) {
        const offset = Number(text);
        if (offset <= state.applied) continue;
        records.push({ offset, record: announced?.get(offset) ?? storedRecord(String(key ?? ''), value) });
      }
      this.#apply(partition, records);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #apply(partition: number, records: readonly OffsetRecord[]): void {
    const state = this.partition(partition);
    const { committed } = this.#options;
    const losses: LossRecord[] = [];
    let sightings: CommittedSighting[] = [];
    /** What came first is shown first: of two records of one sighting the later one counts. */
    const show = (): void => {
      if (this.#page.length > 0) committed.restore(this.#page.take());
      if (sightings.length > 0) committed.commit(sightings);
      sightings = [];
    };
    try {
      for (const { offset, record } of records) {
        const isStored = record?.kind === 'stored sighting';
        if (!state.apply(offset, isStored ? null : record) || record === null) continue;
        if (record.kind === 'sighting') {
          if (this.#page.length > 0) show();
          sightings.push(record);
        } else if (isStored) {
          if (sightings.length > 0) show();
          this.#pack(record);
        } else if (record.kind === 'loss') losses.push(record.loss);
      }
    } finally {
      show();
      for (const loss of losses) this.#options.loss(loss, partition);
    }
    this.#wakeWaiters(partition, state.applied);
  }

  #pack({ key, json }: StoredSighting): void {
    try {
      this.#page.addStored(json, key);
    } catch (error) {
      if (error instanceof UnreadableSighting) throw new UnreadableState(`a sighting: ${error.message}`, error.newer);
      throw error;
    }
  }

  #wakeWaiters(partition: number, applied: number): void {
    const ready = this.#waiters.filter((waiter) => waiter.partition === partition && waiter.offset <= applied);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  #lostRecords(): UserError {
    return new UserError(`the state topic ${this.#options.stateTopic} has lost records that were committed`, {
      remedy: 'It was made anew or its brokers lost data. Restart every collector to show what is left of it.',
    });
  }

  #refuse(error: unknown): void {
    if (this.#refusal !== null) return;
    if (error instanceof UnreadableState) {
      this.#refusal = refusedState(this.#options.stateTopic, error);
    } else if (error instanceof UserError) {
      this.#refusal = error;
    } else {
      throw error;
    }
    this.#options.logger.error({ remedy: this.#refusal.remedy }, this.#refusal.message);
  }

  #acceptReport(value: Buffer | null): void {
    if (value === null) return;
    const report = decodeReport(value);
    if (report === null) this.#options.logger.warn({ bytes: value.length }, 'a report of an agent cannot be read');
    else this.#options.reports.accept(report);
  }

  #advance(topic: string, partition: number, next: number): void {
    this.#heard();
    const key = `${topic}/${partition}`;
    if (topic === this.#options.stateTopic && this.#refusal !== null) return;
    this.#read.set(key, Math.max(next, this.#read.get(key) ?? 0));
    if (!this.#caughtUp) this.#checkGoals();
  }

  #checkGoals(): void {
    if (this.#goals === null) return;
    this.#caughtUp = [...this.#goals].every(([key, goal]) => (this.#read.get(key) ?? 0) >= goal);
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }
}

function storedRecord(key: string, value: Buffer | null): OffsetRecord['record'] {
  const json = value === null ? null : value.toString('utf8');
  if (json === null || !key.startsWith(sightingKeyStart)) return decodeState(key, json);
  return { kind: 'stored sighting', key: key.slice(sightingKeyStart.length), json };
}
