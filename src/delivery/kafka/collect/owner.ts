/**
 * This collector's share of the partitions. Every assignment takes all its partitions over anew, also those that it
 * kept: a takeover costs a tenth of a second, and telling the kept ones apart is where mistakes live.
 */
import type { Consumer, EachBatchPayload } from '../client.ts';
import { ConsumerLoop } from './consumer-loop.ts';
import type { CollectContext } from './context.ts';
import type { LedgerCheck } from './ledger-check.ts';
import { PartitionOwner } from './partition-owner.ts';
import type { LogRange } from './position.ts';
import type { Gate } from './tenure.ts';

/** A takeover, or coming back into the group, that takes longer than this is worth a word. */
const idlePatienceMs = 15_000;

const groupOffsetsEveryMs = 5000;

export class Owner {
  readonly #context: CollectContext;
  readonly #loop: ConsumerLoop;
  #owners = new Map<number, PartitionOwner>();
  #foreignPartitions = 0;
  #assignments = 0;
  #startedAt = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #consumer: Consumer | null = null;
  #assigned: number[] = [];
  #offsetsCommittedAt = 0;
  readonly #committedOffsets = new Map<number, number>();
  /** See `PartitionOwner`. */
  readonly #said = new Set<string>();

  constructor(context: CollectContext) {
    this.#context = context;
    this.#loop = new ConsumerLoop({
      kafka: context.kafka,
      groupId: context.group,
      topics: [context.topics.connections],
      heartbeatIntervalMs: 1000,
      waitMsMax: 200,
      // Chunks shrink some fourteen times.
      partitionBytesMax: 256 * 1024,
      logger: context.logger,
      eachBatch: async (payload) => this.#read(payload),
      joined: (consumer, assigned) => this.#joined(consumer, assigned[context.topics.connections] ?? []),
      lost: () => this.#drop(),
      heartbeat: () => this.#heartbeat(),
    });
  }

  start(): void {
    this.#startedAt = this.#context.clock.monotonic();
    this.#loop.start();
  }

  /** How many assignments there have been. */
  get assignments(): number {
    return this.#assignments;
  }

  /** Monotonic time of the broker's last word to this member. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Commits what is counted, then leaves the group. */
  async stop(flushPatienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, flushPatienceMs)));
    await Promise.race([Promise.all([...this.#owners.values()].map((owner) => owner.flush())), patience]);
    clearTimeout(timer);
    this.#drop();
    await this.#loop.stop();
  }

  /** Starts the flushes that are due; lets go of everything when the state cannot be used. */
  tick(): void {
    if (this.#context.follower.refusal !== null) this.#giveUp();
    for (const owner of this.#owners.values()) owner.tick();
    this.#commitGroupOffsets();
  }

  /** Looks after the owned partitions, given where their logs begin and end. */
  inspect(ranges: ReadonlyMap<number, LogRange>, check: LedgerCheck): void {
    for (const { partition, ledger } of this.#owners.values()) {
      const range = ranges.get(partition);
      if (ledger === null || range === undefined) continue;
      if (ledger.forget(range.low)) this.#context.observer.boundHit('marks');
      for (const loss of check.losses(partition, ledger, range.high, this.#context.clock.now())) ledger.lose(loss);
    }
  }

  /** Why counting is not whole, in words. */
  reasons(): string[] {
    const now = this.#context.clock.monotonic();
    const reasons: string[] = [];
    const { trouble } = this.#loop;
    if (now - Math.max(this.#heardAt, this.#startedAt) > idlePatienceMs) {
      const why = trouble === null ? '' : ` (${trouble.reason})`;
      reasons.push(`not a member of the group ${this.#context.group}: nothing is counted here${why}`);
    } else if (trouble !== null && performance.now() - trouble.since > idlePatienceMs) {
      reasons.push(`nothing is read: ${trouble.reason}`);
    }
    const idle = [...this.#owners.values()].filter(
      (owner) => owner.idleSince !== null && now - owner.idleSince > idlePatienceMs,
    );
    if (idle.length > 0) {
      const [why] = idle.flatMap((owner) => owner.idleReason ?? []);
      const partitions = idle.map((owner) => `partition ${owner.partition}`).join(', ');
      reasons.push(`not counting: ${partitions}${why === undefined ? '' : ` (${why})`}`);
    }
    if (this.#foreignPartitions > 0) {
      const { connections, state } = this.#context.topics;
      const { partitions } = this.#context;
      reasons.push(`${connections} has more partitions than the ${partitions} of ${state}: make both anew`);
    }
    return reasons;
  }

  /** Synchronous to its end: nothing of the assignment may be fetched before everything is paused. */
  #joined(consumer: Consumer, assigned: readonly number[]): void {
    this.#heard();
    this.#drop();
    this.#consumer = consumer;
    const topic = this.#context.topics.connections;
    this.#assigned = [...assigned];
    consumer.pause([{ topic, partitions: this.#assigned }]);
    const gate: Gate = {
      pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
      seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
      resume: (partition) => consumer.resume([{ topic, partitions: [partition] }]),
    };
    // Partitions that the state does not have stay paused: their clients belong to others.
    const own = assigned.filter((partition) => partition < this.#context.partitions);
    this.#foreignPartitions = assigned.length - own.length;
    this.#assignments += 1;
    this.#owners = new Map(
      own.map((partition) => [partition, new PartitionOwner(this.#context, gate, partition, this.#said)]),
    );
    for (const owner of this.#owners.values()) void owner.acquire();
    this.#context.logger.info({ partitions: own }, 'partitions assigned, taking them over');
  }

  async #read(payload: EachBatchPayload): Promise<void> {
    await this.#owners.get(payload.batch.partition)?.read(payload);
  }

  #heartbeat(): void {
    this.#heard();
    for (const owner of this.#owners.values()) owner.heartbeat();
  }

  /** Nothing is counted any more, so nothing is read either: it would be fetched again and again. */
  #giveUp(): void {
    const consumer = this.#consumer;
    const partitions = this.#assigned;
    this.#drop();
    try {
      if (partitions.length > 0) consumer?.pause([{ topic: this.#context.topics.connections, partitions }]);
    } catch {
      // Not in the group any more: the next assignment pauses everything.
    }
  }

  #drop(): void {
    for (const owner of this.#owners.values()) owner.close();
    this.#owners = new Map();
    this.#assigned = [];
    this.#consumer = null;
  }

  /** For lag tools only: the truth is the position in the state topic. */
  #commitGroupOffsets(): void {
    const { clock, follower, topics } = this.#context;
    const consumer = this.#consumer;
    if (consumer === null || clock.monotonic() - this.#offsetsCommittedAt < groupOffsetsEveryMs) return;
    this.#offsetsCommittedAt = clock.monotonic();
    const moved = [...this.#owners.values()].flatMap(({ partition, ledger }) => {
      const offset = follower.partition(partition).position?.offset;
      if (ledger === null || offset === undefined || this.#committedOffsets.get(partition) === offset) return [];
      this.#committedOffsets.set(partition, offset);
      return [{ topic: topics.connections, partition, offset: String(offset) }];
    });
    if (moved.length > 0) consumer.commitOffsets(moved).catch(() => {});
  }

  #heard(): void {
    this.#heardAt = this.#context.clock.monotonic();
  }
}
