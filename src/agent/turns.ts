import { byAge, type Named } from './plan.ts';

export interface Waiting extends Named {
  /** Set by `Turns` alone. */
  isWaiting: boolean;
  /** It is looked at again and again: the newest, those just behind it, and what is about to be gone. */
  readonly isLive: boolean;
  /** Monotonic time from which on it may be read; later after errors. */
  readonly notBefore: number;
}

/**
 * The files of a lane that have something to read, and whose turn it is. Live files are read one after the other, so
 * that what is new is seen at once; but every second turn belongs to the older ones, which are drained one by one,
 * oldest first: they are the first to be deleted. The name of a file must not change while it waits.
 */
export class Turns<File extends Waiting> {
  /** In the order of their turns. */
  readonly #live = new Set<File>();
  /** Oldest first. */
  readonly #old: File[] = [];
  #wasLive = false;

  add(file: File): void {
    if (file.isWaiting) return;
    file.isWaiting = true;
    if (file.isLive) this.#live.add(file);
    else this.#old.splice(this.#place(file), 0, file);
  }

  /** Whether it waited. */
  delete(file: File): boolean {
    if (!file.isWaiting) return false;
    file.isWaiting = false;
    if (!this.#live.delete(file)) this.#old.splice(this.#place(file), 1);
    return true;
  }

  /** Whose turn it is; null when nobody can be read now. */
  next(now: number): File | null {
    const live = firstReady(this.#live, now);
    const old = firstReady(this.#old, now);
    return this.#wasLive ? (old ?? live) : (live ?? old);
  }

  /** Notes that a file has its turn now. */
  take(file: File): void {
    this.#wasLive = this.#live.delete(file);
    if (this.#wasLive) this.#live.add(file);
  }

  /** Index of the file, or where it belongs. */
  #place(file: File): number {
    let low = 0;
    let high = this.#old.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#old[middle];
      if (other !== undefined && byAge(other, file) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function firstReady<File extends Waiting>(files: Iterable<File>, now: number): File | null {
  for (const file of files) if (file.notBefore <= now) return file;
  return null;
}
