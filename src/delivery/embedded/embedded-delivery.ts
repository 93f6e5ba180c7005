/**
 * Delivery in one process. Events go into an overlay over the committed sightings; a step of it, and the positions of
 * the files that it was read from, become durable in one SQLite transaction in a worker thread; only then is it shown
 * and are its slices resolved. One step is on its way while the next one fills. A step that cannot be saved stays in
 * memory and is tried again for as long as the process lives: nothing after it is saved or shown before it is.
 */
import type { ConnectionEvent } from '../../event/connection-event.ts';
import type { Clock } from '../../runtime/clock.ts';
import { retry } from '../../runtime/retry.ts';
import { ShortTurn } from '../../runtime/short-turn.ts';
import { within } from '../../runtime/within.ts';
import { encodeSighting } from '../../sighting/codec.ts';
import { Overlay } from '../../sighting/overlay.ts';
import { sightingKey } from '../../sighting/sighting.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CommittedSighting, CommittedSightings, CountingObserver, CountingStatus } from '../counting.ts';
import type { Bookkeeping, Delivery, LaneDelivery, Slice } from '../delivery.ts';
import type { AgentState } from '../records.ts';
import { SliceOrder } from '../slice-order.ts';
import { Outage } from './outage.ts';
import { nextCommitAt } from './pace.ts';
import type { LastCommit, PaceLimits } from './pace.ts';
import { isSlice, Step } from './step.ts';
import type { Handed, Pending } from './step.ts';
import type { StoreCommit, StoredSighting } from './store-calls.ts';

/** The database, as the delivery needs it. */
export interface SightingStore extends AsyncDisposable {
  /** Resolves when it is durable. */
  commit(change: StoreCommit): Promise<void>;
}

export interface EmbeddedDeliveryParts {
  readonly state: AgentState;
  readonly store: SightingStore;
  readonly committed: CommittedSightings;
  readonly observer: CountingObserver;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly limits: PaceLimits;
  /** Whether trying again may save a step that could not be saved. */
  readonly canRetry: (error: unknown) => boolean;
  /** The delivery has ended for good: everything is refused from now on, and the process should stop. */
  readonly onFatal: (error: unknown) => void;
}

/** How many sightings are encoded or shown before it is looked whether others should have their turn. */
const pieceSightings = 100;
const retryBackoff = { firstMs: 200, maxMs: 10_000 };
/** With the worker's own end, within the five seconds that a stop may take. */
const closeWaitMs = 3000;

export class EmbeddedDelivery implements Delivery {
  readonly state: AgentState;
  readonly #parts: EmbeddedDeliveryParts;
  readonly #overlay: Overlay;
  readonly #order: SliceOrder;
  readonly #outage: Outage;
  readonly #failures = new Map<string, number>();
  readonly #giveUp = new AbortController();
  /** Handed over, and not in a step yet: the open one is full. */
  #queue: Handed[] = [];
  #open = new Step();
  #saving: Step | null = null;
  #running: Promise<void> | null = null;
  #last: LastCommit | null = null;
  #timer: NodeJS.Timeout | null = null;
  #drains = 0;
  #willAdmit = false;
  #onIdle: (() => void)[] = [];
  #ended: Error | null = null;

  constructor(parts: EmbeddedDeliveryParts) {
    this.state = parts.state;
    this.#parts = parts;
    this.#overlay = new Overlay((protocol, server, address) => parts.committed.get(protocol, server, address));
    this.#order = new SliceOrder(parts.state.files);
    this.#outage = new Outage(parts.logger, parts.clock);
  }

  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    return this.#hand(
      () => this.#order.take(slice),
      (promised) => ({ slice, events, ...promised }),
    );
  }

  record(change: Bookkeeping): Promise<void> {
    return this.#hand(
      () => this.#order.record(change),
      (promised) => ({ change, ...promised }),
    );
  }

  lane(id: string): LaneDelivery {
    let pendingBytes = 0;
    let oldestUnackedAt: number | null = null;
    for (const handed of this.#pending()) {
      if (!isSlice(handed) || handed.slice.lane.id !== id) continue;
      pendingBytes += handed.slice.end - handed.slice.start;
      oldestUnackedAt = Math.min(oldestUnackedAt ?? Infinity, handed.slice.readAt);
    }
    return { pendingBytes, oldestUnackedAt, publishErrors: this.#failures.get(id) ?? 0, deadLetters: 0, ledger: [] };
  }

  status(): CountingStatus {
    const problem = this.#ended?.message ?? this.#outage.reason;
    const reasons = problem === null ? [] : [problem];
    return { stateComplete: problem === null, connected: true, reasons, lag: [] };
  }

  async drain(deadlineMs: number): Promise<void> {
    if (this.#isIdle) return;
    this.#drains++;
    this.#proceed();
    await within(deadlineMs, new Promise<void>((resolve) => this.#onIdle.push(resolve)));
    this.#drains--;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === null) {
      const drained = this.drain(closeWaitMs);
      this.#ended = new Error('the delivery is closed');
      await drained;
    }
    this.#giveUp.abort();
    // What is being saved is answered before the store has closed.
    await this.#parts.store[Symbol.asyncDispose]();
    await this.#running;
    this.#refuseAll(this.#ended);
  }

  get #isIdle(): boolean {
    return this.#saving === null && this.#open.isEmpty && this.#queue.length === 0;
  }

  *#pending(): Generator<Pending> {
    if (this.#saving !== null) yield* this.#saving.handed;
    yield* this.#open.handed;
    yield* this.#queue;
  }

  #hand(check: () => void, item: (promised: Pick<Handed, 'resolve' | 'reject'>) => Handed): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) throw this.#ended;
      check();
      this.#queue.push(item({ resolve, reject }));
      this.#admit();
      this.#proceed();
    });
  }

  /** Fills the open step, in the order in which things were handed over. */
  #admit(): void {
    const { clock, limits, observer } = this.#parts;
    const turn = new ShortTurn(clock);
    while (this.#queue.length > 0) {
      if (this.#overlay.size >= limits.keysMax) return observer.boundHit('commit keys');
      if (turn.isOver) return this.#admitSoon();
      const handed = this.#queue.shift() as Handed;
      this.#open.add(handed, clock.monotonic());
      try {
        if (isSlice(handed)) for (const event of handed.events) this.#overlay.apply(event, handed.slice);
      } catch (error) {
        // Half a slice must never be saved.
        return this.#end(error);
      }
    }
  }

  /** Goes on with it when others have had their turn. */
  #admitSoon(): void {
    if (this.#willAdmit) return;
    this.#willAdmit = true;
    setImmediate(() => {
      this.#willAdmit = false;
      if (this.#ended !== null && this.#isIdle) return;
      this.#admit();
      this.#proceed();
    });
  }

  /** Saves the open step, now or when it is due. */
  #proceed(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#saving !== null || this.#open.isEmpty) return;
    const waiting = this.#open.waiting(this.#overlay.size);
    const urgency = this.#drains > 0 ? 'now' : waiting.urgency;
    const { clock, limits } = this.#parts;
    const waitMs = nextCommitAt({ ...waiting, urgency }, this.#last, limits) - clock.monotonic();
    if (waitMs > 0) this.#timer = setTimeout(() => this.#proceed(), Math.ceil(waitMs));
    else this.#running = this.#save();
  }

  /** Never rejects. */
  async #save(): Promise<void> {
    const { clock } = this.#parts;
    const step = this.#open;
    const changes = this.#overlay.take();
    this.#saving = step;
    this.#open = new Step();
    this.#admit();
    const startedAt = clock.monotonic();
    try {
      await this.#store(step, changes);
      this.#last = { startedAt, endedAt: clock.monotonic() };
      await this.#show(step, changes);
    } catch (error) {
      return this.#end(error);
    }
    this.#saving = null;
    for (const handed of step.handed) handed.resolve();
    this.#admit();
    if (this.#isIdle) for (const resolve of this.#onIdle.splice(0)) resolve();
    this.#proceed();
  }

  async #store(step: Step, changes: readonly CommittedSighting[]): Promise<void> {
    const { store, random, canRetry } = this.#parts;
    const change: StoreCommit = {
      sightings: await encoded(changes, this.#parts.clock),
      lanes: [...step.lanes.values()],
      files: [...step.files.values()],
      forgottenFiles: [...step.forgottenFiles],
    };
    await retry(() => store.commit(change), {
      backoff: retryBackoff,
      random,
      canRetry,
      signal: this.#giveUp.signal,
      onFailure: (error) => {
        this.#outage.failed(error);
        const lanes = new Set(step.handed.filter(isSlice).map(({ slice }) => slice.lane.id));
        for (const lane of lanes) this.#failures.set(lane, (this.#failures.get(lane) ?? 0) + 1);
      },
    });
    this.#outage.ended();
  }

  /** It is durable: now it may be seen. */
  async #show(step: Step, changes: readonly CommittedSighting[]): Promise<void> {
    const { committed, observer, clock } = this.#parts;
    const turn = new ShortTurn(clock);
    for (let from = 0; from < changes.length; from += pieceSightings) {
      await turn.yieldWhenOver();
      committed.commit(changes.slice(from, from + pieceSightings));
    }
    const now = clock.now();
    observer.saved(now);
    if (step.events > 0) observer.events('accepted', step.events);
    for (const { server, last } of step.liveEvents) observer.eventLag(server, Math.max(0, now - last) / 1000);
  }

  /** Nothing can be saved any more. */
  #end(error: unknown): void {
    const isClosing = this.#ended !== null;
    this.#ended ??= error instanceof Error ? error : new Error(String(error));
    this.#refuseAll(error);
    if (isClosing) return;
    this.#parts.logger.error({ error }, `Counting has ended: ${this.#ended.message}`);
    this.#parts.onFatal(error);
  }

  #refuseAll(error: unknown): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const pending = [...this.#pending()];
    this.#saving = null;
    this.#open = new Step();
    this.#queue = [];
    this.#overlay.clear();
    for (const handed of pending) handed.reject(error);
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

async function encoded(changes: readonly CommittedSighting[], clock: Clock): Promise<StoredSighting[]> {
  const rows: StoredSighting[] = [];
  const turn = new ShortTurn(clock);
  for (const { sighting } of changes) {
    rows.push([sightingKey(sighting.protocol, sighting.server, sighting.address), encodeSighting(sighting)]);
    if (rows.length % pieceSightings === 0) await turn.yieldWhenOver();
  }
  return rows;
}
