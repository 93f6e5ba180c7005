/**
 * Who was seen in the last 5 minutes, hour, day, week, month: any number of sets of clients, all windows at once, O(1)
 * for each event.
 *
 * A client is in window W at time t exactly if the end of the bucket it was last seen in is later than t - W. So a
 * window is exact to one bucket, and errs towards "still there". What is kept of a client in a set is one entry with
 * the bucket of its last time seen, which only ever moves forward; all windows share it. When the clock passes, each
 * window walks only the entries that fall out of it. Late events move an entry as far forward as they reach, so they
 * count in the windows they still belong to.
 *
 * A time in the future (a server's clock is ahead) counts as now: such an entry is in every window, waits in a list of
 * its own, and takes its place once the clock has come to its bucket. When the clock steps back, everything is counted
 * anew for the time it shows.
 */
import { BucketWheel } from './bucket-wheel.ts';
import { EntryTable, none } from './entry-table.ts';
import { at } from './int-array.ts';
import { SetCounts } from './set-counts.ts';

export interface RollingSetsOptions {
  /** Lengths of the windows; their index here is their number. */
  readonly windowsMs: readonly number[];
  readonly bucketMs: number;
  /** A class is a number below this, at most 256: each count is kept by class. */
  readonly classes: number;
  readonly nowMs: number;
}

/** Never seen; below every bucket. */
const neverSeen = -(2 ** 31);
const bucketMin = neverSeen + 1;
const bucketMax = 2 ** 31 - 1;

/** 64 MiB of list heads. */
const spanMax = 2 ** 24;

export class RollingSets {
  readonly #windowsMs: readonly number[];
  readonly #bucketMs: number;
  readonly #classes: number;
  /** Buckets are counted from the one of the start, so that 32 bits reach for decades. */
  readonly #origin: number;
  readonly #longest: number;
  readonly #entries = new EntryTable();
  readonly #wheel: BucketWheel;
  readonly #counts: SetCounts;
  /** For each window the lowest bucket that is in it. */
  readonly #lows: Int32Array;
  #highestLow = 0;
  /** No entry of the future list has a bucket below this. */
  #futureFrom = bucketMax;
  #sets = 0;

  constructor({ windowsMs, bucketMs, classes, nowMs }: RollingSetsOptions) {
    const longestMs = Math.max(...windowsMs);
    const span = Math.ceil(longestMs / bucketMs) + 1;
    if (!(bucketMs > 0) || !(Math.min(...windowsMs) > 0) || !(span <= spanMax)) {
      throw new RangeError(`windows of ${windowsMs.join(', ')} ms cannot be kept in buckets of ${bucketMs} ms`);
    }
    this.#windowsMs = windowsMs;
    this.#bucketMs = bucketMs;
    this.#classes = classes;
    this.#origin = Math.floor(nowMs / bucketMs);
    this.#longest = windowsMs.indexOf(longestMs);
    this.#wheel = new BucketWheel(this.#entries, span);
    this.#counts = new SetCounts(windowsMs.length, classes);
    this.#lows = new Int32Array(windowsMs.length);
    this.#countAnew(nowMs);
  }

  /** Entries in all sets together. */
  get size(): number {
    return this.#entries.size;
  }

  /** A new empty set; its number. */
  addSet(): number {
    this.#counts.reserve(this.#sets + 1);
    return this.#sets++;
  }

  /**
   * The entry of a client in a set, made with this class if there is none; in no window before its first `touch`.
   * Clients are numbered by the caller, densely from 0.
   */
  enter(set: number, client: number, classification: number): number {
    if (set >= this.#sets) throw new RangeError(`there is no set ${set}`);
    const entry = this.#entries.find(set, client);
    return entry === none ? this.#entries.add(set, client, classification, neverSeen) : entry;
  }

  /** The entry of a client in a set, or -1. */
  find(set: number, client: number): number {
    return this.#entries.find(set, client);
  }

  /** The first entry of a client, or -1; `nextEntry` leads on, to -1 in the end. */
  firstEntry(client: number): number {
    return this.#entries.firstOf(client);
  }

  nextEntry(entry: number): number {
    return this.#entries.siblingOf(entry);
  }

  setOf(entry: number): number {
    return at(this.#entries.set, entry);
  }

  clientOf(entry: number): number {
    return this.#entries.clientOf(entry);
  }

  classOf(entry: number): number {
    return at(this.#entries.classification, entry);
  }

  /** The client was seen at this time; earlier ones than known change nothing. */
  touch(entry: number, lastSeenMs: number): void {
    const bucket = this.#bucketOf(lastSeenMs);
    const before = at(this.#entries.bucket, entry);
    if (bucket <= before) return;
    this.#entries.bucket[entry] = bucket;
    if (before > this.#wheel.current) return; // already waiting in the future's list
    this.#wheel.unlink(entry, before);
    this.#link(entry, bucket);
    if (before >= this.#highestLow) return;
    for (let window = 0; window < this.#lows.length; window++) {
      const low = at(this.#lows, window);
      if (before < low && bucket >= low) this.#count(entry, window, 1);
    }
  }

  /** Moves what the entry counts for to another class, at once and in every window. */
  reclassify(entry: number, classification: number): void {
    if (at(this.#entries.classification, entry) === classification) return;
    this.#countEverywhere(entry, -1);
    this.#entries.classification[entry] = classification;
    this.#countEverywhere(entry, 1);
  }

  /** Forgets an entry; its number may be used again for another one. */
  remove(entry: number): void {
    this.#countEverywhere(entry, -1);
    this.#wheel.unlink(entry, at(this.#entries.bucket, entry));
    this.#entries.remove(entry);
  }

  /** Lets the clock pass: afterwards every answer is as of this time. Call it before the touches of that time. */
  advance(nowMs: number): void {
    const current = this.#bucketOf(nowMs);
    // A window that is not whole buckets long has its edge at another moment than the current bucket.
    if (current < this.#wheel.current || this.#lows.some((low, window) => this.#lowOf(window, nowMs) < low)) {
      this.#countAnew(nowMs);
      return;
    }
    for (let window = 0; window < this.#lows.length; window++) this.#expire(window, this.#lowOf(window, nowMs));
    const arrived = current >= this.#futureFrom ? this.#wheel.takeFuture() : none;
    this.#wheel.turn(this.#lowOf(this.#longest, nowMs), current);
    this.#setLows(nowMs);
    this.#placeArrived(arrived);
  }

  /** Clients of a set in a window that have this class. */
  count(set: number, window: number, classification: number): number {
    return this.#counts.get(set, window, classification);
  }

  /** Clients of a set in a window, of all classes. */
  total(set: number, window: number): number {
    let total = 0;
    for (let classification = 0; classification < this.#classes; classification++) {
      total += this.#counts.get(set, window, classification);
    }
    return total;
  }

  isIn(entry: number, window: number): boolean {
    return at(this.#entries.bucket, entry) >= at(this.#lows, window);
  }

  /** Takes out of a window's counts what is below its new lowest bucket. */
  #expire(window: number, low: number): void {
    const end = Math.min(low, this.#wheel.current + 1);
    for (let bucket = at(this.#lows, window); bucket < end; bucket++) {
      let entry = this.#wheel.first(bucket);
      while (entry !== none) {
        this.#count(entry, window, -1);
        entry = at(this.#entries.next, entry);
      }
    }
  }

  /** Gives entries of the future, all counted in every window, the place that the clock now has for them. */
  #placeArrived(first: number): void {
    if (first === none) return;
    this.#futureFrom = bucketMax;
    let entry = first;
    while (entry !== none) {
      const next = at(this.#entries.next, entry);
      const bucket = at(this.#entries.bucket, entry);
      this.#link(entry, bucket);
      for (let window = 0; window < this.#lows.length; window++) {
        if (bucket < at(this.#lows, window)) this.#count(entry, window, -1);
      }
      entry = next;
    }
  }

  #countAnew(nowMs: number): void {
    this.#counts.clear();
    this.#futureFrom = bucketMax;
    this.#wheel.reset(this.#lowOf(this.#longest, nowMs), this.#bucketOf(nowMs));
    this.#setLows(nowMs);
    for (let entry = 0; entry < this.#entries.end; entry++) {
      if (at(this.#entries.set, entry) === none) continue;
      this.#link(entry, at(this.#entries.bucket, entry));
      this.#countEverywhere(entry, 1);
    }
  }

  #setLows(nowMs: number): void {
    for (let window = 0; window < this.#lows.length; window++) this.#lows[window] = this.#lowOf(window, nowMs);
    this.#highestLow = Math.max(...this.#lows);
  }

  #link(entry: number, bucket: number): void {
    if (bucket > this.#wheel.current && bucket < this.#futureFrom) this.#futureFrom = bucket;
    this.#wheel.link(entry, bucket);
  }

  #countEverywhere(entry: number, amount: 1 | -1): void {
    for (let window = 0; window < this.#lows.length; window++) {
      if (this.isIn(entry, window)) this.#count(entry, window, amount);
    }
  }

  #count(entry: number, window: number, amount: 1 | -1): void {
    const { set, classification } = this.#entries;
    this.#counts.add(at(set, entry), window, at(classification, entry), amount);
  }

  /** The lowest bucket whose end is later than `nowMs` minus the window. */
  #lowOf(window: number, nowMs: number): number {
    return this.#bucketOf(nowMs - (this.#windowsMs[window] ?? 0));
  }

  #bucketOf(timeMs: number): number {
    const bucket = Math.floor(timeMs / this.#bucketMs) - this.#origin;
    return Math.min(Math.max(bucket, bucketMin), bucketMax);
  }
}
