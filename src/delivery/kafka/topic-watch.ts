/**
 * Learns what the agent has to know of the topic, and keeps asking until it does. The number of partitions is taken
 * once, for the life of the state: it decides in which partition a client lives.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionCountChanged } from './chunk-sender.ts';
import type { OutageLog } from './outage.ts';
import type { TopicFacts } from './topic-facts.ts';

export interface TopicWatchParts {
  readonly topic: string;
  readonly read: () => Promise<TopicFacts>;
  /** As the state knows it; null before. */
  readonly partitions: number | null;
  /** Makes the number of partitions durable. */
  readonly settle: (partitions: number) => Promise<void>;
  readonly outage: OutageLog;
  readonly onChange: () => void;
}

const retryFirstMs = 250;
const retryLastMs = 5000;
const mismatchRetryMs = 15_000;

export class TopicWatch {
  readonly #parts: TopicWatchParts;
  readonly #stop = new AbortController();
  #partitions: number | null;
  #messageBytesMax: number | null = null;
  #asking: Promise<void> | null = null;

  constructor(parts: TopicWatchParts) {
    this.#parts = parts;
    this.#partitions = parts.partitions;
  }

  get partitions(): number | null {
    return this.#partitions;
  }

  /** Null until the broker has answered. */
  get messageBytesMax(): number | null {
    return this.#messageBytesMax;
  }

  /** Asks until it is answered; does nothing while that is under way. */
  ask(): void {
    if (this.#stop.signal.aborted) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { outage, topic } = this.#parts;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      let pauseMs = Math.min(retryLastMs, retryFirstMs * 2 ** Math.min(attempt, 20));
      try {
        const facts = await this.#parts.read();
        await this.#learn(facts);
        if (facts.partitions === this.#partitions) {
          outage.worked('topic');
          return;
        }
        outage.failed('topic', new PartitionCountChanged(topic, this.#partitions ?? 0, facts.partitions));
        pauseMs = mismatchRetryMs;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        outage.failed('topic', error);
      }
      await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #learn(facts: TopicFacts): Promise<void> {
    if (this.#partitions === null) {
      await this.#parts.settle(facts.partitions);
      this.#partitions = facts.partitions;
    }
    this.#messageBytesMax = facts.messageBytesMax;
    this.#parts.onChange();
  }
}
