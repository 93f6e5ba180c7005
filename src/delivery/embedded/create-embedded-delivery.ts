import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CommittedSightings, CountingObserver } from '../counting.ts';
import { WorkerClient } from '../../runtime/worker/worker-client.ts';
import { EmbeddedDelivery } from './embedded-delivery.ts';
import { paceLimits } from './pace.ts';
import type { PaceLimits } from './pace.ts';
import type { SightingPage, StoreCalls, StoreCommit } from './store-calls.ts';

export interface EmbeddedOptions {
  readonly directory: string;
  readonly programVersion: string;
  readonly committed: CommittedSightings;
  readonly observer: CountingObserver;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long to wait for another process to let go of the state; 10 s. */
  readonly waitMs?: number;
  /** Gives up opening; what is open already is closed by disposing of it. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<PaceLimits>;
  /** The state can no longer be used (it is damaged, or a defect showed): the process should stop with this error. */
  readonly onFatal?: (error: unknown) => void;
}

const workerCloseMs = 1500;
const pieceSightings = 2000;

/**
 * Opens the state and reads it into `committed`; ready when it returns. Throws a UserError when the state cannot be
 * used. Whoever creates it disposes of it.
 */
export async function createEmbeddedDelivery(options: EmbeddedOptions): Promise<EmbeddedDelivery> {
  const { directory, programVersion, waitMs = 10_000, committed, logger, clock, limits, signal } = options;
  const worker = new WorkerClient<StoreCalls>(new URL('./store-worker.ts', import.meta.url), {
    closeMs: workerCloseMs,
  });
  const giveUp = (): void => void worker[Symbol.asyncDispose]();
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    const startedAt = clock.monotonic();
    const state = await worker.call('open', { directory, programVersion, waitMs });
    const clients = await load(worker, committed);
    signal?.throwIfAborted();
    const tookMs = Math.round(clock.monotonic() - startedAt);
    logger.info({ directory, clients, files: state.files.length, tookMs }, 'The state is loaded');
    return new EmbeddedDelivery({
      ...options,
      state,
      store: {
        commit: (change) => commitInPieces(worker, change),
        [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
      },
      limits: { ...paceLimits, ...limits },
      canRetry: (error) => error instanceof UserError && error.retryable,
      onFatal: options.onFatal ?? (() => {}),
    });
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

/** What is sent to a worker is copied at once; a large change would keep the page waiting. */
async function commitInPieces(worker: WorkerClient<StoreCalls>, change: StoreCommit): Promise<void> {
  const { sightings } = change;
  let from = 0;
  for (; sightings.length - from > pieceSightings; from += pieceSightings) {
    await worker.call('stage', sightings.slice(from, from + pieceSightings));
  }
  await worker.call('commit', { ...change, sightings: sightings.slice(from) });
}

/** One page is read while the one before it is taken in. Answers how many sightings there are. */
async function load(worker: WorkerClient<StoreCalls>, committed: CommittedSightings): Promise<number> {
  let count = 0;
  let next: Promise<SightingPage> | null = worker.call('read', null);
  while (next !== null) {
    const page: SightingPage = await next;
    next = page.next === null ? null : worker.call('read', page.next);
    // It is awaited in the next round, which an error in this one prevents.
    next?.catch(() => {});
    committed.restore(page.page);
    count += page.sightings;
    await yieldToOthers();
  }
  return count;
}
