/**
 * A bounded amount of something (bytes in flight, open handles) that is shared in the order of asking: who asks for
 * much is not overtaken by those who ask for little.
 */
export class Budget {
  readonly max: number;
  #used = 0;
  readonly #waiting: { readonly amount: number; readonly grant: () => void }[] = [];

  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether somebody waits: the bound is hit. */
  get isExhausted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when `amount` (cut at the maximum, or it would wait for ever) is the caller's; rejects when aborted. */
  async take(amount: number, signal: AbortSignal): Promise<Share> {
    const wanted = Math.min(amount, this.max);
    signal.throwIfAborted();
    if (this.#waiting.length > 0 || this.#used + wanted > this.max) await this.#wait(wanted, signal);
    else this.#used += wanted;
    return new Share(wanted, (freed) => this.#free(freed));
  }

  #wait(amount: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        this.#free(0);
      };
      const entry = {
        amount,
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waiting.push(entry);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #free(amount: number): void {
    this.#used -= amount;
    for (let next = this.#waiting[0]; next !== undefined && this.#used + next.amount <= this.max;) {
      this.#used += next.amount;
      this.#waiting.shift();
      next.grant();
      next = this.#waiting[0];
    }
  }
}

/** What was taken from a budget; given back once, whole or in parts. */
export class Share {
  #amount: number;
  readonly #free: (amount: number) => void;

  constructor(amount: number, free: (amount: number) => void) {
    this.#amount = amount;
    this.#free = free;
  }

  get amount(): number {
    return this.#amount;
  }

  /** Gives back what is more than `amount`. */
  shrinkTo(amount: number): void {
    const freed = this.#amount - amount;
    if (freed <= 0) return;
    this.#amount = amount;
    this.#free(freed);
  }

  release(): void {
    this.shrinkTo(0);
  }
}
