import { setTimeout as sleep } from 'node:timers/promises';

/** Ends a wait early. A call that comes while nobody waits is remembered, once. */
export class Wake {
  #isCalled = false;
  #isUrgent = false;
  #end: (() => void) | null = null;

  call(): void {
    this.#isCalled = true;
    this.#end?.();
  }

  /** Ends a pause's least time too. */
  callNow(): void {
    this.#isUrgent = true;
    this.call();
  }

  /** Forgets calls: what begins now serves them. */
  clear(): void {
    this.#isCalled = false;
    this.#isUrgent = false;
  }

  /** Resolves when called, after `ms`, or when aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#isCalled, ms, signal);
    this.#isCalled = false;
  }

  /** Waits as `wait` does, but at least `leastMs`, and `settleMs` after a call: calls that come together are one. */
  async pause(leastMs: number, ms: number, signal: AbortSignal, settleMs = 0): Promise<void> {
    const least = Math.min(leastMs, ms);
    await this.#until(() => this.#isUrgent, least, signal);
    await this.#until(() => this.#isCalled, ms - least, signal);
    if (this.#isCalled && settleMs > 0) await this.#until(() => this.#isUrgent, settleMs, signal);
    this.clear();
  }

  /** Without abort signals of its own: making and following them was a twentieth of what an idle `run` cost. */
  async #until(isOver: () => boolean, ms: number, signal: AbortSignal): Promise<void> {
    if (isOver() || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#end = () => {
      if (isOver()) resolve();
    };
    const timer = setTimeout(resolve, ms);
    const abort = (): void => resolve();
    signal.addEventListener('abort', abort);
    await promise;
    signal.removeEventListener('abort', abort);
    clearTimeout(timer);
    this.#end = null;
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
