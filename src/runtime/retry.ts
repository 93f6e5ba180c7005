import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * The pause after so many failures in a row (1, 2, ...): doubled each time up to a cap, of which the upper half is
 * left to chance, so that many who failed together do not come back together. `random` is uniform in [0, 1).
 */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff, random: () => number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return whole / 2 + (whole / 2) * random();
}

export interface RetryOptions {
  readonly backoff: Backoff;
  readonly random: () => number;
  /** Ends the waiting: the last failure is thrown then. */
  readonly signal: AbortSignal;
  /** Whether another try can help; a failure that no try can help is thrown at once. */
  readonly canRetry: (error: unknown) => boolean;
  readonly onFailure: (error: unknown, failures: number) => void;
}

/** Tries for ever, until it works, cannot work, or is told to end. */
export async function retry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!options.canRetry(error)) throw error;
      options.onFailure(error, failures);
      if (options.signal.aborted) throw error;
      await sleep(backoffMs(failures, options.backoff, options.random), undefined, { signal: options.signal }).catch(
        () => {},
      );
      if (options.signal.aborted) throw error;
    }
  }
}
