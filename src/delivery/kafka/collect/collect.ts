/**
 * Counting from Kafka: connection events in, committed sightings out, exactly once, by any number of collectors of one
 * group. DESIGN.md beside this file tells the protocol and why each rule is there.
 */
import { randomUUID } from 'node:crypto';
import { UserError } from '../../../runtime/errors.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { AgentReports, CommittedSightings, CountingObserver, CountingStatus } from '../../counting.ts';
import { openKafka } from '../client.ts';
import type { Kafka } from '../client.ts';
import { refusalOf, refusalSentence } from '../refusal.ts';
import { noSecurity } from '../security.ts';
import type { KafkaSecurity } from '../security.ts';
import type { TopicNames } from '../topics.ts';
import type { Checkpoint, CollectContext } from './context.ts';
import { DeadLetters } from './dead-letters.ts';
import { flushKeysMaxDefault } from './flush-policy.ts';
import { Follower } from './follower.ts';
import { LedgerCheck } from './ledger-check.ts';
import { LogEnds } from './log-ends.ts';
import { LossTeller } from './loss-teller.ts';
import { Owner } from './owner.ts';
import { StallWatch } from './stall-watch.ts';
import { topicPartitions } from './topic-partitions.ts';

export interface KafkaCountingOptions {
  readonly brokers: readonly string[];
  readonly security?: KafkaSecurity;
  /** Collectors of one group share the counting and show the same picture. */
  readonly group: string;
  readonly topics: TopicNames;
  readonly committed: CommittedSightings;
  readonly reports: AgentReports;
  readonly observer: CountingObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events whose last row is older are told as `late`: the longest window. Milliseconds; 30 days by default. */
  readonly lateAfterMs?: number;
  /** Changed sightings and marks of a partition that one commit carries; 20,000 by default. */
  readonly flushKeysMax?: number;
  /** How often the ends of the log are looked up, for lag, gaps and what can be forgotten; 5 s by default. */
  readonly inspectEveryMs?: number;
  /** A seam for tests, see `Checkpoint`. */
  readonly checkpoint?: (name: Checkpoint, partition: number) => Promise<void>;
}

export interface KafkaCounting extends AsyncDisposable {
  /**
   * Resolves when the committed state is loaded and this collector has had its first assignment. Rejects with a
   * UserError when the topics or the state cannot be used. While no broker answers it goes on waiting.
   */
  readonly ready: Promise<void>;
  status(): CountingStatus;
  /** Why this process will never count again, in words; null while it may. Another start may find more. */
  readonly refusal: string | null;
}

const tickMs = 100;
const inspectEveryDefaultMs = 5000;
/** The same while the state topic may have lost records. */
const suspicionMs = 500;
const retryStartMs = 2000;
/** Without a word from the broker for so long it counts as away: longer than a rebalance. */
const silenceMs = 15_000;
const stopDeadlineMs = 4500;
const flushPatienceMs = 2000;
const lateAfterDefaultMs = 30 * 24 * 3_600_000;

export function createKafkaCounting(options: KafkaCountingOptions): KafkaCounting {
  return new Counting(options);
}

class Counting implements KafkaCounting {
  readonly ready: Promise<void>;
  readonly #options: KafkaCountingOptions;
  readonly #kafka: Kafka;
  readonly #logEnds: LogEnds;
  readonly #deadLetters: DeadLetters;
  /** Aborted last: no connection outlives it. */
  readonly #ended = new AbortController();
  readonly #check = new LedgerCheck();
  readonly #losses: LossTeller;
  readonly #watch: StallWatch;
  readonly #stop = new AbortController();
  #parts: { readonly follower: Follower; readonly owner: Owner } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #inspecting: Promise<void> = Promise.resolve();
  /** One look at the ends at a time: on a busy machine they would pile up. */
  #isInspecting = false;
  #inspectedAt = 0;
  #stateCheckedAt = 0;
  #startError: string | null = null;
  #heardAt = Number.NEGATIVE_INFINITY;
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void };

  constructor(options: KafkaCountingOptions) {
    this.#options = options;
    const { brokers, security = noSecurity, group, logger } = options;
    const { signal } = this.#ended;
    this.#kafka = openKafka({ brokers, security, clientId: `straggler-${group}`, signal }, logger);
    this.#logEnds = new LogEnds(this.#kafka);
    this.#deadLetters = new DeadLetters(this.#kafka, options.topics, options.logger);
    this.#losses = new LossTeller(options.observer);
    this.#watch = new StallWatch(options.clock);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever does not await it still hears of the reason through `status`.
    promise.catch(() => {});
    this.ready = promise;
    this.#settle = { resolve, reject };
    void this.#start();
  }

  status(): CountingStatus {
    const { clock } = this.#options;
    const parts = this.#parts;
    const heardAt = Math.max(this.#heardAt, parts?.follower.heardAt ?? -Infinity, parts?.owner.heardAt ?? -Infinity);
    const connected = clock.monotonic() - heardAt < silenceMs;
    const incomplete = this.#incomplete();
    const away = connected || parts === null ? [] : [`no broker answers at ${this.#options.brokers.join(', ')}`];
    return {
      stateComplete: incomplete.length === 0,
      connected,
      reasons: [...incomplete, ...away],
      lag: parts === null ? [] : this.#watch.lag(this.#options.topics.connections),
    };
  }

  get refusal(): string | null {
    return this.#parts?.follower.refusal?.message ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#settle.reject(new Error('counting was stopped before it was ready'));
    const parts = this.#parts;
    const stopped = (async () => {
      await parts?.owner.stop(flushPatienceMs);
      await Promise.all([parts?.follower.stop(), this.#deadLetters[Symbol.asyncDispose](), this.#inspecting]);
      await this.#logEnds[Symbol.asyncDispose]();
    })();
    await withDeadline(stopped, stopDeadlineMs);
    // A consumer of kafkajs that was stopped in its first join goes on for ever otherwise, and so does the process.
    this.#ended.abort();
  }

  /** What is known before anything runs: the broker answers, the topics fit together. */
  async #start(): Promise<void> {
    const { logger, brokers } = this.#options;
    const waiting = `waiting for the broker at ${brokers.join(', ')}`;
    const said = new Set<string>();
    while (!this.#stop.signal.aborted) {
      try {
        await this.#run();
        return;
      } catch (error) {
        if (error instanceof UserError) {
          this.#startError = error.message;
          this.#settle.reject(error);
          return;
        }
        const reason = refusalSentence(error);
        const { kind } = refusalOf(error);
        if (!said.has(kind)) logger.warn({ reason }, waiting);
        said.add(kind);
        this.#startError = `${waiting}: ${reason}`;
      }
      await pause(retryStartMs, this.#stop.signal);
    }
  }

  async #run(): Promise<void> {
    const { topics, group, committed, reports, clock, logger, observer } = this.#options;
    const partitions = await topicPartitions(this.#kafka, topics);
    const state = await this.#logEnds.of(topics.state);
    const agents = await this.#logEnds.of(topics.agents);
    if (this.#stop.signal.aborted) return;
    this.#startError = null;
    this.#heardAt = clock.monotonic();
    const follower = new Follower({
      kafka: this.#kafka,
      group,
      stateTopic: topics.state,
      agentsTopic: topics.agents,
      partitions,
      committed,
      reports: {
        accept: (report) => {
          this.#check.accept(report);
          reports.accept(report);
        },
      },
      clock,
      logger,
      loss: (loss, partition) => this.#losses.tell(loss, partition),
    });
    const context: CollectContext = {
      kafka: this.#kafka,
      group,
      collector: randomUUID(),
      topics,
      partitions,
      follower,
      logEnds: this.#logEnds,
      deadLetters: this.#deadLetters,
      observer,
      clock,
      logger,
      lateAfterMs: this.#options.lateAfterMs ?? lateAfterDefaultMs,
      flushKeysMax: this.#options.flushKeysMax ?? flushKeysMaxDefault,
      checkpoint: this.#options.checkpoint ?? (async () => {}),
    };
    const owner = new Owner(context);
    this.#parts = { follower, owner };
    follower.catchUpTo(state, agents);
    follower.start();
    owner.start();
    this.#timer = setInterval(() => this.#tick(follower, owner), tickMs);
  }

  #tick(follower: Follower, owner: Owner): void {
    if (follower.refusal !== null) this.#settle.reject(follower.refusal);
    else if (follower.caughtUp && owner.assignments > 0) this.#settle.resolve();
    owner.tick();
    const now = this.#options.clock.monotonic();
    const everyMs = follower.suspectsLoss ? suspicionMs : (this.#options.inspectEveryMs ?? inspectEveryDefaultMs);
    if (this.#isInspecting || now - this.#inspectedAt < everyMs) return;
    this.#inspectedAt = now;
    this.#isInspecting = true;
    this.#inspecting = this.#inspect(follower, owner).finally(() => (this.#isInspecting = false));
  }

  async #inspect(follower: Follower, owner: Owner): Promise<void> {
    try {
      await this.#checkState(follower);
      this.#check.beginRound();
      const ranges = await this.#logEnds.of(this.#options.topics.connections);
      if (this.#stop.signal.aborted) return;
      this.#heardAt = this.#options.clock.monotonic();
      owner.inspect(ranges, this.#check);
      this.#watch.update(ranges, (partition) => follower.position(partition));
    } catch (error) {
      this.#options.logger.debug({ reason: (error as Error).message }, 'the ends of the log cannot be looked up');
    }
  }

  /** Whether the state topic still holds what was read from it. */
  async #checkState(follower: Follower): Promise<void> {
    const now = this.#options.clock.monotonic();
    if (!follower.suspectsLoss && now - this.#stateCheckedAt < inspectEveryDefaultMs) return;
    this.#stateCheckedAt = now;
    const read = follower.readOffsets();
    follower.checkEnds(await this.#logEnds.of(this.#options.topics.state), read);
  }

  #incomplete(): string[] {
    if (this.#parts === null) return [this.#startError ?? 'starting'];
    const { follower, owner } = this.#parts;
    if (follower.refusal !== null) return [follower.refusal.message];
    const reasons = [...owner.reasons(), ...this.#watch.reasons()];
    if (!follower.caughtUp) reasons.unshift('loading the committed state');
    else if (this.#options.clock.monotonic() - follower.heardAt > silenceMs) {
      reasons.unshift(`the state topic ${this.#options.topics.state} cannot be followed`);
    }
    if (owner.assignments === 0) reasons.unshift('joining the group');
    return reasons;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function withDeadline(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => {}), deadline]);
  clearTimeout(timer);
}
