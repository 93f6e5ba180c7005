/**
 * One owner's time with one partition: taken over, counted, flushed, until the first error or the next assignment.
 *
 * The order of a takeover is the whole point. First the predecessor is fenced and a barrier record committed, so
 * nothing of it can become durable any more; then the follower reads up to the barrier, so all that it did commit is
 * known; only then is the position taken. Loading before fencing can count twice.
 *
 * After any error of a transaction its result is unknown: the producer and all that is uncommitted are dropped, and
 * nothing is committed or aborted. A tenure never goes on after an error.
 */
import type { EachBatchPayload } from '../client.ts';
import type { Checkpoint, CollectContext } from './context.ts';
import { flushIsDue } from './flush-policy.ts';
import type { OffsetRecord } from './follower.ts';
import { PartitionLedger } from './partition-ledger.ts';
import type { Flush } from './partition-ledger.ts';
import { planReading } from './position.ts';
import type { LogRecord, Position } from './position.ts';
import { ReadingOrder } from './reading-order.ts';
import { StateWriter } from './state-writer.ts';

/** The reading of the partition, by the consumer of the assignment. Each may throw while it is not in its group. */
export interface Gate {
  pause(partition: number): void;
  seek(partition: number, offset: number): void;
  resume(partition: number): void;
}

/** The event loop is let go at least so often while a batch is counted. */
const sliceMs = 20;

class Over extends Error {
  override readonly name = 'Over';
}

export class Tenure {
  readonly #context: CollectContext;
  readonly #gate: Gate;
  readonly #partition: number;
  readonly #failed: (error: unknown) => void;
  readonly #writer: StateWriter;
  readonly #order = new ReadingOrder();
  #ledger: PartitionLedger | null = null;
  #over = false;
  #flushing: Promise<void> | null = null;
  #flushedAt = 0;
  #lagRecords = 0;
  /** Why the partition is paused although it is owned. */
  #findsBack = false;
  #waitsForRoom = false;

  /** `failed` is called once at most: the tenure is over and something else must happen. */
  constructor(context: CollectContext, gate: Gate, partition: number, failed: (error: unknown) => void) {
    this.#context = context;
    this.#gate = gate;
    this.#partition = partition;
    this.#failed = failed;
    this.#writer = new StateWriter({
      kafka: context.kafka,
      group: context.group,
      stateTopic: context.topics.state,
      partition,
      still: () => this.#still(),
    });
  }

  /** What is counted and not yet committed; null before the partition is taken over. */
  get ledger(): PartitionLedger | null {
    return this.#ledger;
  }

  /** Takes the partition over and lets it be read. Answers whether it did. */
  async acquire(): Promise<boolean> {
    const { follower, group, collector, clock } = this.#context;
    try {
      await this.#writer.connect();
      await this.#checkpoint('fencing');
      const record = { kind: 'owner', group, collector, at: clock.now() } as const;
      const [offset = 0] = await this.#writer.write([record], ([sent = 0]) =>
        follower.announce(this.#partition, [{ offset: sent, record }]),
      );
      await this.#checkpoint('fenced');
      await follower.applied(this.#partition, offset);
      this.#still();
      const ledger = this.#newLedger();
      await this.#seek(ledger, follower.partition(this.#partition).position, null);
      await this.#checkpoint('loaded');
      this.#ledger = ledger;
      this.#flushedAt = clock.monotonic();
      this.#gate.resume(this.#partition);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Counts a batch. What is not counted is not resolved and comes again. */
  async read({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const ledger = this.#ledger;
    if (ledger === null) return;
    const { clock, flushKeysMax } = this.#context;
    let sliceEnd = clock.monotonic() + sliceMs;
    for (const message of batch.messages) {
      if (this.#over || this.#findsBack || this.#waitsForRoom) return;
      const { headers, value } = message;
      const record = { offset: Number(message.offset), timestamp: Number(message.timestamp), headers, value };
      if (!this.#count(ledger, record)) return;
      resolveOffset(message.offset);
      this.#lagRecords = Number(batch.highWatermark) - record.offset - 1;
      if (ledger.keys >= flushKeysMax) this.#makeRoom();
      await heartbeat();
      if (clock.monotonic() < sliceEnd) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = clock.monotonic() + sliceMs;
    }
  }

  /** Starts a flush when one is due. */
  tick(): void {
    if (this.#ledger === null || this.#flushing !== null) return;
    const { keys, changed } = this.#ledger;
    const { clock, flushKeysMax } = this.#context;
    const sinceLastMs = clock.monotonic() - this.#flushedAt;
    if (flushIsDue({ keys, changed, sinceLastMs, lagRecords: this.#lagRecords }, flushKeysMax)) void this.flush();
  }

  /** Commits what has been counted, or waits for the commit that is on its way. Never rejects. */
  async flush(): Promise<void> {
    if (this.#over || this.#ledger?.changed !== true) return this.#flushing ?? undefined;
    this.#flushing ??= this.#write(this.#ledger.take()).finally(() => {
      this.#flushing = null;
      this.#flushedAt = this.#context.clock.monotonic();
      if (this.#waitsForRoom) this.#roomMade();
    });
    return this.#flushing;
  }

  /** Nothing more is written, not even the end of a transaction: whoever comes next fences what is left. */
  end(): void {
    this.#over = true;
    this.#ledger = null;
    this.#writer.abandon();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.end();
    this.#failed(error);
  }

  #newLedger(): PartitionLedger {
    const { follower, group, partitions, clock, lateAfterMs } = this.#context;
    return new PartitionLedger({
      partition: this.#partition,
      partitions,
      group,
      state: follower.partition(this.#partition),
      lookup: (protocol, server, address) => follower.lookup(protocol, server, address),
      now: () => clock.now(),
      lateAfterMs,
    });
  }

  /** Checks the position against the log and seeks. `lost` tells why the log is known not to go on there. */
  async #seek(ledger: PartitionLedger, position: Position | null, lost: string | null): Promise<void> {
    const { logEnds, topics } = this.#context;
    const range = (await logEnds.of(topics.connections)).get(this.#partition);
    this.#still();
    if (range === undefined) throw new Error(`${topics.connections} has no partition ${this.#partition}`);
    const plan =
      lost === null ? planReading(position, range) : ({ kind: 'lost', from: range.low, reason: lost } as const);
    if (plan.kind === 'lost') ledger.restart(plan.from, plan.reason);
    if (plan.kind === 'continue') ledger.begin(plan.from);
    this.#gate.seek(this.#partition, this.#order.begin(plan));
  }

  /** Counts the record if it is what comes next; answers whether it was. */
  #count(ledger: PartitionLedger, record: LogRecord): boolean {
    const step = this.#order.step(record);
    if (step.kind === 'stray' || step.kind === 'lost') {
      void this.#findBack(ledger, step.kind === 'lost' ? step.reason : null);
      return false;
    }
    if (step.kind !== 'verified') ledger.apply(record);
    return true;
  }

  /** Reading has jumped: pause, look where the log stands, and seek. No batch waits for it, so heartbeats go on. */
  async #findBack(ledger: PartitionLedger, lost: string | null): Promise<void> {
    this.#findsBack = true;
    try {
      this.#gate.pause(this.#partition);
      await this.#seek(ledger, ledger.position, lost);
      this.#findsBack = false;
      if (!this.#waitsForRoom) this.#gate.resume(this.#partition);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The bound of a flush is reached: flush, or do not read until the one that runs has ended. */
  #makeRoom(): void {
    if (this.#flushing === null) {
      void this.flush();
      return;
    }
    this.#context.observer.boundHit('flush keys');
    this.#waitsForRoom = true;
    try {
      this.#gate.pause(this.#partition);
    } catch (error) {
      this.#fail(error);
    }
  }

  #roomMade(): void {
    this.#waitsForRoom = false;
    if (this.#over) return;
    void this.flush();
    try {
      if (!this.#findsBack) this.#gate.resume(this.#partition);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #write(flush: Flush): Promise<void> {
    const { follower } = this.#context;
    const placed = (offsets: readonly number[]): OffsetRecord[] =>
      flush.records.map((record, index) => ({ offset: offsets[index] ?? 0, record }));
    try {
      await this.#checkpoint('flushing');
      await this.#context.deadLetters.write(this.#partition, flush.deadLetters);
      this.#still();
      const offsets = await this.#writer.write(flush.records, async (sent) => {
        follower.announce(this.#partition, placed(sent));
        await this.#checkpoint('sent');
      });
      follower.applyOwn(this.#partition, placed(offsets));
      this.#tell(flush);
      await this.#checkpoint('committed');
    } catch (error) {
      this.#fail(error);
    }
  }

  #tell(flush: Flush): void {
    const { observer, clock } = this.#context;
    const now = clock.now();
    for (const [result, count] of Object.entries(flush.results) as [keyof Flush['results'], number][]) {
      if (count > 0) observer.events(result, count);
    }
    for (const { server, last } of flush.times) observer.eventLag(server, Math.max(0, now - last) / 1000);
    observer.saved(now);
  }

  async #checkpoint(name: Checkpoint): Promise<void> {
    await this.#context.checkpoint(name, this.#partition);
    this.#still();
  }

  #still(): void {
    if (this.#over) throw new Over('the tenure is over');
  }
}
