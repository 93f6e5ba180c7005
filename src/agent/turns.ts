import { byAge, type Named } from './plan.ts';

export interface Waiting extends Named {
  /** Set by `Turns` alone. */
  isWaiting: boolean;
  /** Must not change while the file waits, and neither may its name. */
  readonly hot: boolean;
  /** Monotonic time from which on it may be read; later after errors. */
  readonly notBefore: number;
}

/**
 * The files of a lane that have something to read, and whose turn it is. The newest files are read one after the other, so
 * that what is live is seen at once; but every second turn belongs to the older ones, which are drained one by
 * one, oldest first: they are the first to be deleted.
 */
export class Turns<File extends Waiting> {
  /** In the order of their turns. */
  readonly #hot = new Set<File>();
  /** Oldest first. */
  readonly #old: File[] = [];
  #wasHot = false;

  add(file: File): void {
    if (file.isWaiting) return;
    file.isWaiting = true;
    if (file.hot) this.#hot.add(file);
    else this.#old.splice(this.#place(file), 0, file);
  }

  /** Whether it waited. */
  delete(file: File): boolean {
    if (!file.isWaiting) return false;
    file.isWaiting = false;
    if (!this.#hot.delete(file)) this.#old.splice(this.#place(file), 1);
    return true;
  }

  /** Whose turn it is; null when nobody can be read now. */
  next(now: number): File | null {
    const hot = firstReady(this.#hot, now);
    const old = firstReady(this.#old, now);
    return this.#wasHot ? (old ?? hot) : (hot ?? old);
  }

  /** Notes that a file has its turn now. */
  take(file: File): void {
    this.#wasHot = this.#hot.delete(file);
    if (this.#wasHot) this.#hot.add(file);
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
