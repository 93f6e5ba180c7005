/**
 * What waits for one partition, and what may be sent next. Order is kept per lane: a lane's chunk goes only together
 * with, or after, everything of that lane before it. A batch stays the same until it is acknowledged or refused.
 *
 * A chunk that the broker refuses by itself pins its lane here, and holds up nobody else: it is tried again now and
 * then, since a topic's limit can be raised, and nothing of its lane overtakes it. Refused for too long it may go.
 */
import { isLarge } from './outbox.ts';
import type { StoredChunk } from './outbox.ts';

export interface QueuedChunk extends StoredChunk {
  /** Of a small chunk; null where it was not cut by this process. */
  readonly body: Buffer | null;
  /** As it rests in the outbox; null of a small chunk, and after a restart until it is needed. */
  packed: Uint8Array | null;
}

export interface QueueLimits {
  /** Before compression; one chunk may be larger. */
  readonly batchBytesMax: number;
  readonly batchChunksMax: number;
  /** How long a refused chunk waits. */
  readonly pinMs: number;
  /** How long it is refused before it is given up. */
  readonly giveUpAfterMs: number;
}

export type NextBatch =
  | { readonly kind: 'batch'; readonly chunks: readonly QueuedChunk[] }
  /** All that waits belongs to pinned lanes. */
  | { readonly kind: 'pinned'; readonly untilMs: number }
  | { readonly kind: 'empty' };

export class PartitionQueue {
  readonly #limits: QueueLimits;
  #waiting: QueuedChunk[] = [];
  #batch: readonly QueuedChunk[] | null = null;
  /** Chunks of a refused batch that still have to be tried one by one. */
  #suspects = new Set<QueuedChunk>();
  /** When a pinned lane's first chunk may be tried again, by lane. */
  readonly #pins = new Map<string, number>();
  /** When a pinned lane's first chunk was first refused by itself, by lane. */
  readonly #refusedSince = new Map<string, number>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  pinned(lane: string): boolean {
    return this.#pins.has(lane);
  }

  add(chunk: QueuedChunk): void {
    this.#waiting.push(chunk);
  }

  /** The same answer until the batch is settled. `now` is monotonic. */
  next(now: number): NextBatch {
    if (this.#batch === null) this.#batch = this.#compose(now);
    if (this.#batch.length > 0) return { kind: 'batch', chunks: this.#batch };
    this.#batch = null;
    return this.isEmpty ? { kind: 'empty' } : { kind: 'pinned', untilMs: Math.min(...this.#pins.values()) };
  }

  acknowledged(): void {
    this.#remove(new Set(this.#settle()));
  }

  /** What was given up makes way for what comes behind it. */
  givenUp(chunk: QueuedChunk): void {
    this.#remove(new Set([chunk]));
  }

  #remove(batch: ReadonlySet<QueuedChunk>): void {
    for (const chunk of batch) {
      this.#pins.delete(chunk.headers.lane);
      this.#refusedSince.delete(chunk.headers.lane);
      this.#suspects.delete(chunk);
    }
    this.#waiting = this.#waiting.filter((chunk) => !batch.has(chunk));
  }

  /**
   * The broker will not have the batch as it is: its chunks go one by one, and the one that it will not have waits.
   * Answers that one when it has waited long enough.
   */
  refused(now: number): QueuedChunk | null {
    const batch = this.#settle();
    const [only] = batch;
    if (only === undefined || batch.length > 1) {
      for (const chunk of batch) this.#suspects.add(chunk);
      return null;
    }
    const { lane } = only.headers;
    this.#pins.set(lane, now + this.#limits.pinMs);
    const since = this.#refusedSince.get(lane) ?? now;
    this.#refusedSince.set(lane, since);
    return now - since >= this.#limits.giveUpAfterMs ? only : null;
  }

  #settle(): readonly QueuedChunk[] {
    const batch = this.#batch ?? [];
    this.#batch = null;
    return batch;
  }

  #compose(now: number): QueuedChunk[] {
    const batch: QueuedChunk[] = [];
    let bytes = 0;
    for (const chunk of this.#waiting) {
      const pinnedUntil = this.#pins.get(chunk.headers.lane);
      if (pinnedUntil !== undefined && pinnedUntil > now) continue;
      if (pinnedUntil !== undefined || this.#suspects.has(chunk)) {
        if (batch.length === 0) return [chunk];
        break;
      }
      if (batch.length > 0 && (isLarge(chunk) || bytes + chunk.bytes > this.#limits.batchBytesMax)) break;
      batch.push(chunk);
      bytes += chunk.bytes;
      if (isLarge(chunk) || batch.length === this.#limits.batchChunksMax) break;
    }
    return batch;
  }
}
