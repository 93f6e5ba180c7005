import type { Clock } from '../runtime/clock.ts';
import type { FoundFile } from './find.ts';
import { plan, type Plan } from './plan.ts';

/** The part of a PATH's listing that is one lane's. */
export interface LaneListing {
  /** Counts the listings of its PATH. */
  readonly number: number;
  readonly isComplete: boolean;
  /** Older files are looked at too, whether or not they are due. */
  readonly isThorough: boolean;
  /** Numbers of the file systems that its folders are on. */
  readonly devices: ReadonlySet<string>;
  readonly files: readonly FoundFile[];
}

export interface LookQueueParts {
  readonly clock: Clock;
  /** Rows before it are not wanted, milliseconds; null = all are. */
  readonly horizon: () => number | null;
  /** A file that is followed stands at this path. */
  readonly isKnown: (path: string) => boolean;
  /** Whether a path is to be looked at now. */
  readonly isDue: (path: string, isThorough: boolean) => boolean;
  /** Which paths are hot has changed. */
  readonly onPlanned: () => void;
}

/**
 * While a listing names the same files, those that are not the newest are asked whether they are due once in so many
 * milliseconds a file: each second for a thousand, every ten seconds for ten thousand.
 */
const msPerFile = 1;
const olderEveryMsMax = 30_000;
const fewFiles = 1000;

/** The newest files are looked at this often while a long listing is looked through. */
const hotLookMs = 1000;

/**
 * Which path is looked at next? Each listing is looked through to its end before the next one is taken up, so that
 * something can be concluded from it however fast they come.
 */
export class LookQueue {
  readonly #parts: LookQueueParts;
  #listing: LaneListing | null = null;
  /** Comes after it. */
  #next: LaneListing | null = null;
  /** What is left of it, next one last. */
  #left: FoundFile[] = [];
  #isConcluded = true;
  #hotLookAt = 0;
  #planned: {
    readonly files: readonly FoundFile[];
    readonly horizon: number | null;
    readonly plan: Plan<FoundFile>;
  } | null = null;
  #askedOlder: { readonly files: readonly FoundFile[]; readonly at: number } | null = null;
  hotPaths: ReadonlySet<string> = new Set();
  recentPaths: ReadonlySet<string> = new Set();

  constructor(parts: LookQueueParts) {
    this.#parts = parts;
  }

  /** The listing that is looked through, or was last. */
  get listing(): LaneListing | null {
    return this.#listing;
  }

  get isConcluded(): boolean {
    return this.#left.length === 0 && this.#isConcluded;
  }

  /** Takes a listing, which waits while another is looked through; meanwhile only its newest files are looked at. */
  list(listing: LaneListing): void {
    // What was to be looked at thoroughly and is not yet, still is.
    this.#next = { ...listing, isThorough: listing.isThorough || this.#next?.isThorough === true };
    const now = this.#parts.clock.monotonic();
    if (this.isConcluded || now - this.#hotLookAt < hotLookMs) return;
    const queued = new Set(this.#left.map(({ path }) => path));
    this.#left.push(...this.#hotOf(this.#plan(listing), false).filter(({ path }) => !queued.has(path)));
  }

  /** Takes up the listing that waits, once nothing is left of the one before; null when there is none. */
  takeUp(): LaneListing | null {
    const listing = this.#next;
    if (listing === null || !this.isConcluded) return null;
    this.#next = null;
    this.#listing = listing;
    this.#isConcluded = false;
    const { isKnown, isDue } = this.#parts;
    const planned = this.#plan(listing);
    const asked = this.#asksOlder(listing) ? planned.followed : planned.recent;
    const due = [...asked].filter((file) => !planned.newest.has(file) && isDue(file.path, listing.isThorough));
    // Taken from the end: the newest first, then those that were never seen, oldest first, then those that are due again.
    this.#left = [
      ...due.filter(({ path }) => isKnown(path)).reverse(),
      ...due.filter(({ path }) => !isKnown(path)).reverse(),
      ...this.#hotOf(planned, listing.isThorough),
    ];
    return listing;
  }

  /** The next file to look at. */
  take(): FoundFile | undefined {
    return this.#left.pop();
  }

  /** The listing, once, when nothing is left of it. */
  conclude(): LaneListing | null {
    if (this.#isConcluded || this.#left.length > 0) return null;
    this.#isConcluded = true;
    return this.#listing;
  }

  #hotOf({ newest }: Plan<FoundFile>, isThorough: boolean): FoundFile[] {
    this.#hotLookAt = this.#parts.clock.monotonic();
    return [...newest].filter(({ path }) => this.#parts.isDue(path, isThorough));
  }

  #asksOlder({ files, isThorough }: LaneListing): boolean {
    const now = this.#parts.clock.monotonic();
    const everyMs = files.length <= fewFiles ? 0 : Math.min(olderEveryMsMax, files.length * msPerFile);
    if (!isThorough && this.#askedOlder?.files === files && now - this.#askedOlder.at < everyMs) return false;
    this.#askedOlder = { files, at: now };
    return true;
  }

  #plan({ files }: LaneListing): Plan<FoundFile> {
    const horizon = this.#parts.horizon();
    if (this.#planned?.files === files && this.#planned.horizon === horizon) return this.#planned.plan;
    const planned = plan(files, horizon);
    this.#planned = { files, horizon, plan: planned };
    this.hotPaths = new Set([...planned.newest].map(({ path }) => path));
    this.recentPaths = new Set([...planned.recent].map(({ path }) => path));
    this.#parts.onPlanned();
    return planned;
  }
}
