/** Says once that Kafka does not take what is sent, and once that it does again, however many sends fail meanwhile. */
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { BatchRefused, PartitionCountChanged } from './chunk-sender.ts';
import { rootCause } from './client.ts';
import { refusalOf, refusalSentence } from './refusal.ts';

export interface OutageState {
  /** Wall clock. */
  readonly since: number;
  /** In words. */
  readonly reason: string;
}

export class OutageLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #topic: string;
  readonly #what: string;
  /** What fails at the moment: partitions, lanes in a partition, or a word for another activity. */
  readonly #failing = new Set<string>();
  /** Causes that have been said since the outage began. */
  readonly #said = new Set<string>();
  #current: OutageState | null = null;

  /** `what` is sent to the topic, in the plural. */
  constructor(topic: string, what: string, logger: Logger, clock: Clock) {
    this.#topic = topic;
    this.#what = what;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Null while everything works. */
  get current(): OutageState | null {
    return this.#current;
  }

  failed(subject: string, error: unknown): void {
    this.#failing.add(subject);
    const { kind, reason } = describe(error, this.#topic);
    this.#current = { since: this.#current?.since ?? this.#clock.now(), reason };
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.#logger.warn({ topic: this.#topic, reason }, `Kafka does not take ${this.#what}; trying on`);
  }

  /** True if the subject had failed before. */
  worked(subject: string): boolean {
    if (!this.#failing.delete(subject)) return false;
    if (this.#failing.size > 0 || this.#current === null) return true;
    const seconds = Math.round((this.#clock.now() - this.#current.since) / 1000);
    this.#current = null;
    this.#said.clear();
    this.#logger.info({ topic: this.#topic, seconds }, `Kafka takes ${this.#what} again`);
    return true;
  }
}

/** `kind` tells one cause from another; `reason` is for people. */
function describe(error: unknown, topic: string): { kind: string; reason: string } {
  if (error instanceof PartitionCountChanged) {
    const remedy = 'create it with that number again, or give the agent a new state folder';
    return { kind: 'partitions', reason: `${error.message}: ${remedy}` };
  }
  if (error instanceof BatchRefused) return { kind: 'refused', reason: `a chunk is refused: ${error.message}` };
  const cause = rootCause(error);
  if (cause instanceof Error && 'type' in cause && cause.type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return {
      kind: cause.type,
      reason: `the topic ${topic} does not exist: create it with \`straggler check --create-topics\``,
    };
  }
  return { kind: refusalOf(error, topic).kind, reason: refusalSentence(error, topic) };
}
