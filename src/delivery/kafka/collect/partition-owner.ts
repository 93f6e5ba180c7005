/**
 * One partition for the time of one assignment. A tenure that failed is followed by another one when the broker has
 * confirmed our membership twice since, and no new assignment came between: a collector that only believes to be a
 * member cannot get that, so two never fence each other for ever; and without it a partition whose fencer died would
 * be left without an owner.
 */
import type { EachBatchPayload } from '../client.ts';
import { refusalOf, refusalSentence } from '../refusal.ts';
import type { CollectContext } from './context.ts';
import type { PartitionLedger } from './partition-ledger.ts';
import { Tenure } from './tenure.ts';
import type { Gate } from './tenure.ts';

/** The first one may have been asked for before the error. */
const heartbeatsNeeded = 2;

export class PartitionOwner {
  readonly partition: number;
  readonly #context: CollectContext;
  readonly #gate: Gate;
  readonly #said: Set<string>;
  #tenure: Tenure | null = null;
  #closed = false;
  #heartbeats = 0;
  #idleSince: number | null;
  #idleReason: string | null = null;

  /** `said`: causes of failure that have been said since a partition was last taken over, of all partitions. */
  constructor(context: CollectContext, gate: Gate, partition: number, said: Set<string>) {
    this.#context = context;
    this.#gate = gate;
    this.#said = said;
    this.partition = partition;
    this.#idleSince = context.clock.monotonic();
  }

  /** Since when (monotonic) the partition is assigned but not counted; null while it is. */
  get idleSince(): number | null {
    return this.#idleSince;
  }

  /** Why the last tenure failed, in words; null while the partition is counted or being taken over first. */
  get idleReason(): string | null {
    return this.#idleReason;
  }

  /** What is counted and not yet committed; null while the partition is not owned. */
  get ledger(): PartitionLedger | null {
    return this.#tenure?.ledger ?? null;
  }

  async acquire(): Promise<void> {
    if (this.#context.follower.refusal !== null) return;
    const tenure = new Tenure(this.#context, this.#gate, this.partition, (error) => this.#failed(error));
    this.#tenure = tenure;
    if (!(await tenure.acquire())) return;
    this.#idleSince = null;
    this.#idleReason = null;
    this.#said.clear();
  }

  async read(payload: EachBatchPayload): Promise<void> {
    await this.#tenure?.read(payload);
  }

  tick(): void {
    this.#tenure?.tick();
  }

  async flush(): Promise<void> {
    await this.#tenure?.flush();
  }

  /** The broker has confirmed our membership once more. */
  heartbeat(): void {
    if (this.#closed || this.#tenure !== null) return;
    this.#heartbeats += 1;
    if (this.#heartbeats >= heartbeatsNeeded) void this.acquire();
  }

  /** The assignment is over. */
  close(): void {
    this.#closed = true;
    this.#tenure?.end();
    this.#tenure = null;
  }

  #failed(error: unknown): void {
    this.#tenure = null;
    this.#heartbeats = 0;
    this.#idleSince ??= this.#context.clock.monotonic();
    const { topics, logger } = this.#context;
    const { kind } = refusalOf(error, topics.state);
    const reason = refusalSentence(error, topics.state);
    this.#idleReason = reason;
    const level = this.#said.has(kind) ? 'debug' : 'warn';
    this.#said.add(kind);
    logger[level]({ partition: this.partition, reason }, 'partition given up, to be taken over again');
    try {
      this.#gate.pause(this.partition);
    } catch {
      // Not in the group any more: the next assignment pauses everything.
    }
  }
}
