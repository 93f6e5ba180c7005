/**
 * What can go wrong between an agent and its state: writes wait, fail, or are the last thing that the process does;
 * slices and records are refused. Told when by the model; nothing here is left to chance.
 */
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import type { Bookkeeping, Delivery, LaneDelivery, Slice } from '../../../src/delivery/delivery.ts';
import type { AgentState, FileRecord } from '../../../src/delivery/records.ts';
import { UserError } from '../../../src/runtime/errors.ts';

export type Death = 'before' | 'after';

export class Faults {
  /** So many of the next slices, and of the next records, are refused. */
  refuseSlices = 0;
  refuseRecords = 0;
  /** So many of the next writes fail, and work when they are tried again. */
  failWrites = 0;
  /** So many writes from now is the last: it is done, or it is not, and nobody hears of it. */
  dieAt: { readonly write: number; readonly death: Death } | null = null;
  readonly #died = Promise.withResolvers<void>();
  isDead = false;
  #gate = Promise.resolve();
  #openGate: () => void = () => {};
  isHolding = false;

  /** Resolves when the process is gone. */
  get died(): Promise<void> {
    return this.#died.promise;
  }

  hold(): void {
    if (this.isHolding || this.isDead) return;
    this.isHolding = true;
    this.#gate = new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  release(): void {
    this.isHolding = false;
    this.#openGate();
  }

  die(): void {
    this.isDead = true;
    this.release();
    this.#died.resolve();
  }

  /** One durable write. */
  async write<Result>(work: () => Result): Promise<Result> {
    await this.#gate;
    if (this.isDead) throw new Error('the process is gone');
    if (this.failWrites > 0) {
      this.failWrites--;
      throw new UserError('The disk is full.', { retryable: true });
    }
    const { dieAt } = this;
    if (dieAt === null) return work();
    if (dieAt.write > 1) {
      this.dieAt = { ...dieAt, write: dieAt.write - 1 };
      return work();
    }
    if (dieAt.death === 'after') work();
    this.die();
    throw new Error('the process is gone');
  }
}

/** The delivery under test, with refusals, and a book of what became durable. */
export class FaultyDelivery implements Delivery {
  readonly #inner: Delivery;
  readonly #faults: Faults;
  readonly #book: DurableBook;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #refusing = new Set<string>();

  constructor(inner: Delivery, faults: Faults, book: DurableBook) {
    this.#inner = inner;
    this.#faults = faults;
    this.#book = book;
  }

  get state(): AgentState {
    return this.#inner.state;
  }

  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    const refuses = this.#faults.refuseSlices > 0;
    if (refuses) this.#faults.refuseSlices--;
    return this.#pass(slice.lane.id, refuses, async () => {
      await this.#inner.deliver(slice, events);
      this.#book.note([slice.file]);
    });
  }

  record(change: Bookkeeping): Promise<void> {
    const lane = change.lanes?.[0]?.id ?? change.files?.[0]?.lane ?? '';
    const refuses = this.#faults.refuseRecords > 0;
    if (refuses) this.#faults.refuseRecords--;
    return this.#pass(lane, refuses, () => this.#inner.record(change));
  }

  lane(id: string): LaneDelivery {
    return this.#inner.lane(id);
  }

  drain(deadlineMs: number): Promise<void> {
    return this.#inner.drain(deadlineMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  /** A refusal comes in order, and takes with it what was handed over before it was heard of. */
  #pass(lane: string, refuses: boolean, hand: () => Promise<void>): Promise<void> {
    const before = this.#tails.get(lane) ?? Promise.resolve();
    const isRefused = refuses || this.#refusing.has(lane);
    if (isRefused) this.#refusing.add(lane);
    const outcome = isRefused ? this.#refuse(lane, before) : hand();
    this.#tails.set(
      lane,
      outcome.catch(() => {}),
    );
    return outcome;
  }

  async #refuse(lane: string, before: Promise<void>): Promise<void> {
    await before;
    await new Promise((resolve) => setImmediate(resolve));
    setImmediate(() => this.#refusing.delete(lane));
    throw new Error('refused');
  }
}

/** How far each file was durable in each of its epochs. */
export class DurableBook {
  readonly #ends = new Map<string, { readonly lane: string; readonly offset: number }>();

  note(files: readonly FileRecord[]): void {
    for (const { id, epoch, lane, offset } of files) {
      const key = `${id} ${epoch}`;
      if ((this.#ends.get(key)?.offset ?? 0) <= offset) this.#ends.set(key, { lane, offset });
    }
  }

  bytes(lanes: ReadonlySet<string>): number {
    return [...this.#ends.values()].reduce((sum, { lane, offset }) => sum + (lanes.has(lane) ? offset : 0), 0);
  }
}
