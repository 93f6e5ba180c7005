/**
 * Keeps one consumer of kafkajs in its group for as long as the program lives. kafkajs restarts by itself after most
 * errors; after some it stops for good (a CRASH with `restart: false`), and a broker that is away when it starts makes
 * it throw: then the consumer is built anew.
 */
import type { Consumer, EachBatchPayload, Kafka } from '../client.ts';
import { refusalOf, refusalSentence } from '../refusal.ts';
import type { Logger } from '../../../telemetry/logger.ts';

export interface ConsumerLoopOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly heartbeatIntervalMs: number;
  readonly waitMsMax: number;
  /** Of one partition in one answer, compressed as it is on the wire; all of an answer is unpacked at once. */
  readonly partitionBytesMax: number;
  readonly logger: Logger;
  readonly eachBatch: (payload: EachBatchPayload) => Promise<void>;
  /** Called synchronously when an assignment arrives, before anything of it is fetched. */
  readonly joined: (consumer: Consumer, assigned: Readonly<Record<string, readonly number[]>>) => void;
  /** The assignment is over: the consumer has crashed or is being built anew. */
  readonly lost: () => void;
  /** The broker has just confirmed our membership. */
  readonly heartbeat: () => void;
  /** All of a partition up to this offset has been read, records that never reach `eachBatch` included. */
  readonly read?: (topic: string, partition: number, lastOffset: number) => void;
}

/** A crashed or hung member is noticed after this long. */
const sessionTimeoutMs = 6000;
/** Also bounds how long a join, and so a stop, can take. */
const rebalanceTimeoutMs = 10_000;
const rebuildAfterMs = 1000;
const joinPatienceMs = 1500;

export class ConsumerLoop {
  readonly #options: ConsumerLoopOptions;
  #consumer: Consumer | null = null;
  #closing = false;
  #joined = false;
  /** The first join is under way. */
  #isStarting = false;
  /** What has been said since the last heartbeat: each cause once, however often kafkajs tries. */
  readonly #said = new Set<string>();
  #trouble: { readonly reason: string; readonly since: number } | null = null;
  /** Ends the wait for the running consumer's end. */
  #wake: () => void = () => {};
  #running: Promise<void> | null = null;

  constructor(options: ConsumerLoopOptions) {
    this.#options = options;
  }

  /** Whether the consumer has an assignment. */
  get joined(): boolean {
    return this.#joined;
  }

  /** Why it is not in its group, or cannot read, in words, and since when (`performance.now`); null while it can. */
  get trouble(): { readonly reason: string; readonly since: number } | null {
    return this.#trouble;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Leaves the group. Takes as long as kafkajs does, at most a join: callers bound it. */
  async stop(): Promise<void> {
    if (!this.#joined) await this.#joinedOr(joinPatienceMs);
    this.#closing = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const over = new Promise<void>((resolve) => (this.#wake = resolve));
      const consumer = this.#build();
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
        this.#isStarting = true;
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 1,
          eachBatch: this.#options.eachBatch,
        });
        this.#isStarting = false;
        await over;
      } catch (error) {
        this.#warn(error, 'joining the group failed, trying again');
      }
      this.#isStarting = false;
      this.#end();
      await consumer.disconnect().catch(() => {});
      if (!this.#closing) await pause(rebuildAfterMs);
    }
  }

  #build(): Consumer {
    const { kafka, groupId, heartbeatIntervalMs, waitMsMax, partitionBytesMax, heartbeat, read } = this.#options;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      maxWaitTimeInMs: waitMsMax,
      maxBytesPerPartition: partitionBytesMax,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 1000,
        retries: 8,
        restartOnFailure: async () => !this.#closing,
      },
    });
    const { GROUP_JOIN, HEARTBEAT, CRASH, END_BATCH_PROCESS } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      // A stop during a join returns at once, and the join goes on: stop it again. Not in the first join: kafkajs lets
      // go of what it is about to start, which then runs for ever; `#run` disconnects as soon as it has started.
      if (this.#closing && !this.#isStarting) void consumer.disconnect().catch(() => {});
      if (this.#closing || this.#consumer !== consumer) return;
      this.#joined = true;
      this.#options.joined(consumer, payload.memberAssignment);
    });
    consumer.on(HEARTBEAT, () => {
      if (this.#consumer !== consumer) return;
      // A member that may not read joins all the same, and is thrown out before its first heartbeat.
      this.#said.clear();
      this.#trouble = null;
      heartbeat();
    });
    consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      if (this.#consumer === consumer) read?.(payload.topic, payload.partition, Number(payload.lastOffset));
    });
    consumer.on(CRASH, ({ payload }) => {
      if (this.#consumer !== consumer) return;
      this.#warn(payload.error, 'thrown out of the group, coming back');
      this.#end();
      if (payload.restart) this.#consumer = consumer;
      else this.#wake();
    });
    this.#consumer = consumer;
    return consumer;
  }

  #end(): void {
    this.#consumer = null;
    this.#joined = false;
    this.#options.lost();
  }

  #warn(error: unknown, message: string): void {
    const { logger, groupId } = this.#options;
    const { kind } = refusalOf(error);
    const reason = refusalSentence(error);
    this.#trouble = { reason, since: this.#trouble?.since ?? performance.now() };
    logger[this.#said.has(kind) ? 'debug' : 'warn']({ group: groupId, reason }, message);
    this.#said.add(kind);
  }

  async #joinedOr(patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs;
    while (!this.#joined && this.#consumer !== null && performance.now() < until) await pause(20);
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
