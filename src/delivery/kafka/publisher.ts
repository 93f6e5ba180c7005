/**
 * Publishes what the outbox holds, for ever, partition by partition; partitions do not wait for each other. Chunks of
 * several lanes share a request; within a lane and partition their order is that of cutting.
 *
 * Whatever arrives twice or late changes nothing: a request always begins with the first chunk of its lanes that is not
 * acknowledged, so every event's first arrival is in order, and consumers ignore the second.
 */
import { BatchRefused } from './chunk-sender.ts';
import type { OutageLog } from './outage.ts';
import { PartitionPublisher } from './partition-publisher.ts';
import type { PublishingEvents, PublishingParts } from './partition-publisher.ts';
import type { QueuedChunk } from './partition-queue.ts';

export class Publisher {
  readonly #parts: PublishingParts;
  readonly #events: PublishingEvents;
  readonly #outage: OutageLog;
  readonly #partitions = new Map<number, PartitionPublisher>();
  #stopped = false;

  constructor(parts: PublishingParts, events: PublishingEvents, outage: OutageLog) {
    this.#parts = parts;
    this.#events = events;
    this.#outage = outage;
  }

  /** In the order in which they were stored. */
  add(chunks: readonly QueuedChunk[]): void {
    if (this.#stopped) return;
    for (const chunk of chunks) {
      let partition = this.#partitions.get(chunk.partition);
      if (partition === undefined) {
        partition = new PartitionPublisher(chunk.partition, this.#parts, {
          acknowledged: (number, acknowledged) => this.#acknowledged(number, acknowledged),
          failed: (number, failed, error) => this.#failed(number, failed, error),
          givenUp: (number, chunk) => this.#givenUp(number, chunk),
        });
        this.#partitions.set(chunk.partition, partition);
      }
      partition.add(chunk);
    }
  }

  /** Whether a chunk of this lane is refused, so that more of the lane would only fill the outbox. */
  pinned(lane: string): boolean {
    return [...this.#partitions.values()].some((partition) => partition.pinned(lane));
  }

  /** Resolves when no request is under way; nothing is sent afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#partitions.values()].map((partition) => partition.stop()));
  }

  #acknowledged(partition: number, chunks: readonly QueuedChunk[]): void {
    for (const lane of new Set(chunks.map((chunk) => chunk.headers.lane))) this.#outage.worked(`${partition} ${lane}`);
    if (this.#outage.worked(`${partition}`)) for (const other of this.#partitions.values()) other.nudge();
    this.#events.acknowledged(partition, chunks);
  }

  #givenUp(partition: number, chunk: QueuedChunk): void {
    this.#outage.worked(`${partition} ${chunk.headers.lane}`);
    this.#events.givenUp(partition, chunk);
  }

  #failed(partition: number, chunks: readonly QueuedChunk[], error: unknown): void {
    const [only] = chunks;
    if (!(error instanceof BatchRefused)) this.#outage.failed(`${partition}`, error);
    else if (only !== undefined && chunks.length === 1) this.#outage.failed(`${partition} ${only.headers.lane}`, error);
    this.#events.failed(partition, chunks, error);
  }
}
