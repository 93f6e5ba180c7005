/**
 * What folders held when they were listed last. A name that comes, goes or changes moves a folder's own times, so while
 * these stand still nothing is listed again: ten thousand names a second would cost twenty times what all else does.
 *
 * Times are evidence, no proof: some file systems keep them in steps of two seconds, some not at all. So a folder is
 * believed only if it had been quiet for a while when it was listed, and for half a minute at most.
 */
import type { BigIntStats } from 'node:fs';
import type { Clock } from '../runtime/clock.ts';

const trustMs = 30_000;
const quietMs = 3000;

interface Known<Content> {
  readonly stamp: string;
  /** Monotonic. */
  readonly listedAt: number;
  readonly content: Content;
}

export class KnownFolders<Content> {
  readonly #clock: Clock;
  #known = new Map<string, Known<Content>>();
  #seen = new Map<string, Known<Content>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A listing begins. What the one before has not met is forgotten. */
  begin(): void {
    this.#known = this.#seen;
    this.#seen = new Map();
  }

  forget(): void {
    this.#known.clear();
    this.#seen.clear();
  }

  /** What is in the folder, if that is known; `stats` are its own, of now. */
  recall(folder: string, stats: BigIntStats): Content | null {
    const known = this.#known.get(folder);
    if (known === undefined || known.stamp !== stampOf(stats)) return null;
    if (this.#clock.monotonic() - known.listedAt >= trustMs) return null;
    this.#seen.set(folder, known);
    return known.content;
  }

  /** @param stats of the folder before it was listed */
  remember(folder: string, stats: BigIntStats, content: Content): void {
    const quietForMs = this.#clock.now() - Number(stats.mtimeMs > stats.ctimeMs ? stats.mtimeMs : stats.ctimeMs);
    // A time in the future says that one of the clocks was moved.
    if (quietForMs < quietMs) return;
    this.#seen.set(folder, { stamp: stampOf(stats), listedAt: this.#clock.monotonic(), content });
  }
}

function stampOf({ dev, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${mtimeNs}:${ctimeNs}`;
}
