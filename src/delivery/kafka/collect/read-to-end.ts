/**
 * Reads topics from their beginning to where they end now, as anybody may: committed records only, in a group of its
 * own that is never heard of again, so no collector notices. kafkajs reads in a group or not at all.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../runtime/clock.ts';
import { UserError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { EachBatchPayload, Kafka } from '../client.ts';
import { ConsumerLoop } from './consumer-loop.ts';
import type { LogEnds } from './log-ends.ts';
import type { LogRange } from './position.ts';

export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string;
  readonly value: Buffer | null;
}

export interface ReadToEndOptions {
  readonly kafka: Kafka;
  readonly logEnds: LogEnds;
  /** Of the collectors; the reader's own begins with it, as that of a collector that follows its state does. */
  readonly group: string;
  readonly topics: readonly string[];
  readonly onRecord: (record: TopicRecord) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export type TopicRanges = ReadonlyMap<string, ReadonlyMap<number, LogRange>>;

const pollMs = 20;
/** A broker that says no, or nothing, for so long is not waited for any more. */
const troubleMsMax = 8000;
const silenceMsMax = 45_000;

/** Answers where the topics began and ended. Throws a UserError where they cannot be read to their end. */
export async function readToEnd(options: ReadToEndOptions): Promise<TopicRanges> {
  const { logEnds, topics, signal } = options;
  const ranges = new Map<string, ReadonlyMap<number, LogRange>>();
  const goals = new Map<string, number>();
  for (const topic of topics) {
    const ends = await logEnds.of(topic);
    ranges.set(topic, ends);
    for (const [partition, { low, high }] of ends) if (high > low) goals.set(`${topic}/${partition}`, high);
  }
  if (goals.size === 0) return ranges;
  const reader = new Reader(options, goals);
  try {
    await reader.done(signal);
  } finally {
    await reader.stop();
  }
  return ranges;
}

class Reader {
  readonly #options: ReadToEndOptions;
  readonly #goals: ReadonlyMap<string, number>;
  readonly #read = new Map<string, number>();
  readonly #loop: ConsumerLoop;
  #failure: { readonly error: unknown } | null = null;
  #movedAt: number;

  constructor(options: ReadToEndOptions, goals: ReadonlyMap<string, number>) {
    this.#options = options;
    this.#goals = goals;
    this.#movedAt = options.clock.monotonic();
    this.#loop = new ConsumerLoop({
      kafka: options.kafka,
      groupId: `${options.group}-follower-state-${randomUUID()}`,
      topics: options.topics,
      heartbeatIntervalMs: 1000,
      waitMsMax: 100,
      partitionBytesMax: 1024 * 1024,
      logger: options.logger,
      eachBatch: async (payload) => this.#take(payload),
      joined: (consumer, assigned) => {
        // A join forgets positions.
        for (const [topic, partitions] of Object.entries(assigned)) {
          for (const partition of partitions) {
            const next = this.#read.get(`${topic}/${partition}`);
            if (next !== undefined) consumer.seek({ topic, partition, offset: String(next) });
          }
        }
      },
      lost: () => {},
      heartbeat: () => {},
      read: (topic, partition, lastOffset) => this.#advance(`${topic}/${partition}`, lastOffset + 1),
    });
    this.#loop.start();
  }

  /** Resolves when everything has been read. */
  async done(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (![...this.#goals].every(([key, goal]) => (this.#read.get(key) ?? 0) >= goal)) {
      if (this.#failure !== null) throw this.#failure.error;
      const { trouble } = this.#loop;
      const quietMs = clock.monotonic() - this.#movedAt;
      if ((trouble !== null && quietMs > troubleMsMax) || quietMs > silenceMsMax) throw this.#stuck(trouble?.reason);
      await sleep(pollMs, undefined, { signal });
    }
    if (this.#failure !== null) throw this.#failure.error;
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  #take({ batch, resolveOffset }: EachBatchPayload): void {
    const { topic, partition } = batch;
    for (const { offset: text, timestamp, key, value } of batch.messages) {
      const offset = Number(text);
      if (offset < (this.#read.get(`${topic}/${partition}`) ?? 0) || this.#failure !== null) continue;
      try {
        this.#options.onRecord({
          topic,
          partition,
          offset,
          timestamp: Number(timestamp),
          key: key === null ? '' : key.toString('utf8'),
          value,
        });
      } catch (error) {
        this.#failure = { error };
      }
      this.#advance(`${topic}/${partition}`, offset + 1);
    }
    const last = batch.messages.at(-1);
    if (last !== undefined) resolveOffset(last.offset);
  }

  #advance(key: string, next: number): void {
    this.#movedAt = this.#options.clock.monotonic();
    this.#read.set(key, Math.max(next, this.#read.get(key) ?? 0));
  }

  #stuck(reason: string | undefined): UserError {
    return new UserError(
      `${this.#options.topics.join(' and ')} cannot be read to the end: ${reason ?? 'nothing more comes'}.`,
      {
        remedy: 'Look at the brokers, then try again.',
        retryable: true,
      },
    );
  }
}
