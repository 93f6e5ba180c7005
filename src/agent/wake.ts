import { setTimeout as sleep } from 'node:timers/promises';

/** Ends a wait early. A call that comes while nobody waits is remembered, once. */
export class Wake {
  #isCalled = false;
  #end: (() => void) | null = null;

  call(): void {
    this.#isCalled = true;
    this.#end?.();
  }

  /** Resolves when called, after `ms`, or when aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isCalled && !signal.aborted) {
      const ended = new AbortController();
      this.#end = () => ended.abort();
      await pause(ms, AbortSignal.any([signal, ended.signal]));
      this.#end = null;
    }
    this.#isCalled = false;
  }

  /** Waits as `wait` does, but at least `leastMs`: calls that come together are one. */
  async pause(leastMs: number, ms: number, signal: AbortSignal): Promise<void> {
    const least = Math.min(leastMs, ms);
    await pause(least, signal);
    await this.wait(ms - least, signal);
  }
}

/** Resolves after `ms` or when aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
