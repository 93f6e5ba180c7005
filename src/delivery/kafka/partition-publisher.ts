/** Sends what waits for one partition: one request in flight, the identical batch again until it is acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';
import { BatchRefused } from './chunk-sender.ts';
import type { ChunkSender, SendableChunk } from './chunk-sender.ts';
import { unpack } from './packing.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { QueuedChunk, QueueLimits } from './partition-queue.ts';

export interface PublishingParts {
  readonly sender: ChunkSender;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** As they rest in the outbox: chunks that this process did not cut itself. */
  readonly packed: (ids: readonly number[]) => Promise<readonly Uint8Array[]>;
  /** Whether a chunk that is refused for good was put aside, durably, so that it may go. */
  readonly putAside: (chunk: QueuedChunk, error: unknown) => Promise<boolean>;
  readonly limits: QueueLimits;
}

export interface PublishingEvents {
  acknowledged(partition: number, chunks: readonly QueuedChunk[]): void;
  /** The batch goes again, or in smaller parts. */
  failed(partition: number, chunks: readonly QueuedChunk[], error: unknown): void;
  /** It was refused for good, and will not be sent any more. */
  givenUp(partition: number, chunk: QueuedChunk): void;
}

const backoffFirstMs = 100;
const backoffLastMs = 5000;

export class PartitionPublisher {
  readonly #partition: number;
  readonly #parts: PublishingParts;
  readonly #events: PublishingEvents;
  readonly #queue: PartitionQueue;
  #running: Promise<void> | null = null;
  #stopped = false;
  #pause: { readonly after: 'failure' | 'refusal'; readonly end: AbortController } | null = null;

  constructor(partition: number, parts: PublishingParts, events: PublishingEvents) {
    this.#partition = partition;
    this.#parts = parts;
    this.#events = events;
    this.#queue = new PartitionQueue(parts.limits);
  }

  pinned(lane: string): boolean {
    return this.#queue.pinned(lane);
  }

  add(chunk: QueuedChunk): void {
    this.#queue.add(chunk);
    if (this.#running === null && !this.#stopped) this.#running = this.#run();
    if (this.#pause?.after === 'refusal' && !this.#queue.pinned(chunk.headers.lane)) this.#pause.end.abort();
  }

  /** Another partition has recovered: tries now instead of after its pause. */
  nudge(): void {
    if (this.#pause?.after === 'failure') this.#pause.end.abort();
  }

  /** Resolves when no request is under way; nothing is sent afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause?.end.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    let failures = 0;
    while (!this.#stopped) {
      const next = this.#queue.next(clock.monotonic());
      if (next.kind === 'empty') break;
      if (next.kind === 'pinned') {
        await this.#sleep('refusal', next.untilMs - clock.monotonic());
        continue;
      }
      const failure = await this.#send(next.chunks);
      if (failure === null) {
        failures = 0;
        this.#queue.acknowledged();
        this.#events.acknowledged(this.#partition, next.chunks);
        continue;
      }
      if (this.#stopped) break;
      const refused = failure.error instanceof BatchRefused;
      const hopeless = refused ? this.#queue.refused(clock.monotonic()) : null;
      this.#events.failed(this.#partition, next.chunks, failure.error);
      if (hopeless !== null) await this.#giveUp(hopeless, failure.error);
      if (!refused) await this.#sleep('failure', this.#backoffMs(failures++));
    }
    // In the same turn as the last look at the queue, so that what is added later starts a new run.
    this.#running = null;
  }

  async #giveUp(chunk: QueuedChunk, error: unknown): Promise<void> {
    if (!(await this.#parts.putAside(chunk, error))) return;
    this.#queue.givenUp(chunk);
    this.#events.givenUp(this.#partition, chunk);
  }

  /** Null when the batch is acknowledged. */
  async #send(chunks: readonly QueuedChunk[]): Promise<{ readonly error: unknown } | null> {
    try {
      await this.#parts.sender.send(this.#partition, await this.#sendable(chunks));
      return null;
    } catch (error) {
      return { error };
    }
  }

  async #sendable(chunks: readonly QueuedChunk[]): Promise<SendableChunk[]> {
    const absent = chunks.filter(({ body, packed }) => body === null && packed === null);
    const packed = absent.length === 0 ? [] : await this.#parts.packed(absent.map(({ id }) => id));
    for (const [index, chunk] of absent.entries()) chunk.packed = packed[index] ?? null;
    return chunks.map(sendableChunk);
  }

  #backoffMs(failures: number): number {
    const ms = Math.min(backoffLastMs, backoffFirstMs * 2 ** Math.min(failures, 20));
    return ms * (0.8 + 0.4 * this.#parts.random());
  }

  async #sleep(after: 'failure' | 'refusal', ms: number): Promise<void> {
    if (ms <= 0 || this.#stopped) return;
    const end = new AbortController();
    this.#pause = { after, end };
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    this.#pause = null;
  }
}

function sendableChunk({ headers, bytes, body, packed }: QueuedChunk): SendableChunk {
  if (body !== null) return { headers, body };
  if (packed === null) throw new Error(`slice ${headers.slice} of lane ${headers.lane} has no body`);
  return {
    headers,
    packed,
    get body() {
      return unpack(packed, headers, bytes);
    },
  };
}
