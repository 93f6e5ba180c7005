import { backoffMs } from './backoff.ts';
import { errorText } from './open-errors.ts';

interface Trouble {
  readonly message: string;
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly notBefore: number;
}

/** Paths that could not be opened or read, each left alone for longer and longer: virus scanners and access lists pass. */
export class Troubles {
  readonly #byPath = new Map<string, Trouble>();
  readonly #firstMs: number;
  readonly #maxMs: number;

  constructor(times: { readonly backoffFirstMs: number; readonly backoffMaxMs: number }) {
    this.#firstMs = times.backoffFirstMs;
    this.#maxMs = times.backoffMaxMs;
  }

  /** One of them in words; null while there is none. */
  get first(): string | null {
    for (const { message } of this.#byPath.values()) return message;
    return null;
  }

  /** When the first pause ends, monotonic. */
  get until(): number {
    let until = Number.POSITIVE_INFINITY;
    for (const { notBefore } of this.#byPath.values()) until = Math.min(until, notBefore);
    return until;
  }

  /** How often it has failed in a row, and when it may be tried again. */
  add(path: string, error: unknown, now: number): Trouble {
    const failures = (this.#byPath.get(path)?.failures ?? 0) + 1;
    const notBefore = now + backoffMs(failures, this.#firstMs, this.#maxMs);
    const trouble = { message: `cannot read ${path}: ${errorText(error)}`, failures, notBefore };
    this.#byPath.set(path, trouble);
    return trouble;
  }

  isPaused(path: string, now: number): boolean {
    return (this.#byPath.get(path)?.notBefore ?? 0) > now;
  }

  delete(path: string): void {
    this.#byPath.delete(path);
  }

  keepOnly(paths: ReadonlySet<string>): void {
    for (const path of this.#byPath.keys()) if (!paths.has(path)) this.#byPath.delete(path);
  }
}
