import { open, type FileHandle } from 'node:fs/promises';
import { Budget, type Share } from './budget.ts';
import { errorCode, isOutOfHandles } from './open-errors.ts';

/** Places that are left to files which are opened for a moment. */
const passingMin = 4;

/** An open log file. Reading only, and everything is shared: Exchange never notices. */
export interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly locator: string | null;
  readonly size: number;
}

/**
 * The log files that are open at a time: a bounded number. A handle that is held keeps bytes readable although their name is
 * gone, and on Windows keeps that name blocked, so only files with something unread and the newest ones are held.
 */
export class Handles {
  readonly #places: Budget;
  readonly #heldLimit: number;
  /** Less than the limit after the operating system has refused an open; grows back with every open that succeeds. */
  #heldMax: number;
  #held = 0;

  constructor(max: number) {
    this.#places = new Budget(max);
    this.#heldLimit = Math.max(0, max - Math.max(passingMin, Math.floor(max / 4)));
    this.#heldMax = this.#heldLimit;
  }

  get open(): number {
    return this.#places.used;
  }

  get isExhausted(): boolean {
    return this.#places.isExhausted;
  }

  /** More is held than there is room for: whoever can do without a handle closes it. */
  get isOverfull(): boolean {
    return this.#held > this.#heldMax;
  }

  /** Rejects as `open` and `stat` do. */
  async openFile(path: string, signal: AbortSignal): Promise<OpenFile> {
    const place = await this.#places.take(1, signal);
    let handle: FileHandle | null = null;
    try {
      handle = await open(path, 'r');
      const { dev, ino, size } = await handle.stat({ bigint: true });
      this.#heldMax = Math.min(this.#heldLimit, this.#heldMax + 1);
      return openFile(handle, place, ino === 0n ? null : `${dev}:${ino}`, Number(size));
    } catch (error) {
      await handle?.close();
      place.release();
      if (isOutOfHandles(errorCode(error))) this.#heldMax = Math.floor(this.#held / 2);
      throw error;
    }
  }

  /** Asks for a lasting place for an open file; whoever gets it says `letGo` when the file is closed. */
  hold(): boolean {
    if (this.#held >= this.#heldMax) return false;
    this.#held++;
    return true;
  }

  letGo(): void {
    this.#held--;
  }
}

function openFile(handle: FileHandle, place: Share, locator: string | null, size: number): OpenFile {
  return {
    handle,
    locator,
    size,
    [Symbol.asyncDispose]: async () => {
      // Nothing was written, so a close that fails (the share is away) loses nothing.
      await handle.close().catch(() => {});
      place.release();
    },
  };
}
