/**
 * One lane's way into the delivery: slices in order, several at a time, and what became of them. A refusal makes every
 * slice behind it refused too, so nothing is ever delivered past a hole: the lane waits until all have come
 * back, takes its files back to what is durable and reads again.
 */
import type { ConnectionEvent } from '../event/connection-event.ts';
import type { Bookkeeping, Delivery, Slice } from '../delivery/delivery.ts';
import type { Share } from './budget.ts';

export interface Handed {
  readonly slice: Slice;
  readonly events: readonly ConnectionEvent[];
  /** What is in flight of the bounded bytes; given back when the slice comes back. */
  readonly share: Share;
  /** Called once, in order, when the slice is durable. */
  readonly onDurable: () => void;
  /** Called once when it was refused. */
  readonly onRefused: () => void;
}

export class HandOver {
  readonly #delivery: Delivery;
  /** Something came back. */
  readonly #onChange: () => void;
  readonly #inFlight = new Set<{ readonly bytes: number; readonly readAt: number }>();
  readonly #idleWaiters: (() => void)[] = [];
  #handed = 0;
  #durable = 0;
  #refusal: { readonly error: unknown } | null = null;

  constructor(delivery: Delivery, onChange: () => void) {
    this.#delivery = delivery;
    this.#onChange = onChange;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** How many slices and records were handed over so far. */
  get handed(): number {
    return this.#handed;
  }

  /** How many of them are durable: the first so many, as long as none was refused. */
  get durable(): number {
    return this.#durable;
  }

  async whenIdle(): Promise<void> {
    while (!this.isIdle) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  get inFlightBytes(): number {
    return [...this.#inFlight].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** When the oldest slice that has not come back was read, wall clock; null when nothing is on its way. */
  get oldestReadAt(): number | null {
    for (const { bytes, readAt } of this.#inFlight) if (bytes > 0) return readAt;
    return null;
  }

  /** The first refusal since the last `forgive`. */
  get refusal(): { readonly error: unknown } | null {
    return this.#refusal;
  }

  /** Once everything has come back. */
  forgive(): void {
    this.#refusal = null;
    this.#durable = this.#handed;
  }

  /** Returns at once, and keeps nothing of the events. */
  deliver({ slice, events, share, onDurable, onRefused }: Handed): void {
    const entry = { bytes: slice.end - slice.start, readAt: slice.readAt };
    void this.#track(entry, this.#delivery.deliver(slice, events), onDurable, onRefused).then(() => share.release());
  }

  /** Stores what carries no rows; a failure counts as a refusal. Returns at once. */
  record(change: Bookkeeping, onDurable: () => void, onRefused: () => void): void {
    void this.#track({ bytes: 0, readAt: 0 }, this.#delivery.record(change), onDurable, onRefused);
  }

  async #track(
    entry: { readonly bytes: number; readonly readAt: number },
    answer: Promise<void>,
    onDurable: () => void,
    onRefused: () => void,
  ): Promise<void> {
    this.#inFlight.add(entry);
    this.#handed++;
    try {
      await answer;
      this.#durable++;
      onDurable();
    } catch (error) {
      this.#refusal ??= { error };
      onRefused();
    }
    this.#inFlight.delete(entry);
    if (this.isIdle) for (const resolve of this.#idleWaiters.splice(0)) resolve();
    this.#onChange();
  }
}
