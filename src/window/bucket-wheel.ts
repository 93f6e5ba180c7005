import { none } from './entry-table.ts';
import type { EntryTable } from './entry-table.ts';
import { at } from './int-array.ts';

/**
 * Lists of entries by the bucket of their last time seen: one ring for the buckets of the longest window, and one list
 * for entries from the future. Entries older than the ring are in no list: no window holds them. Which list an entry
 * is in follows from its bucket and the span of the ring alone.
 */
export class BucketWheel {
  readonly #entries: EntryTable;
  /** First entry of each bucket's list; the last one is the future's. */
  readonly #heads: Int32Array;
  readonly #ring: number;
  #lowest = 0;
  #current = -1;

  /** `span`: the most buckets that are ever in the ring, from the lowest to the current one, both included. */
  constructor(entries: EntryTable, span: number) {
    this.#entries = entries;
    this.#ring = span;
    this.#heads = new Int32Array(span + 1).fill(none);
  }

  get lowest(): number {
    return this.#lowest;
  }

  get current(): number {
    return this.#current;
  }

  /** Moves the span forward: lists of buckets that fall out are forgotten. The future's list must suit the new span. */
  turn(lowest: number, current: number): void {
    const end = Math.min(lowest, this.#current + 1);
    for (let bucket = this.#lowest; bucket < end; bucket++) this.#heads[this.#list(bucket)] = none;
    this.#lowest = lowest;
    this.#current = current;
  }

  /** Starts again with empty lists and any span. */
  reset(lowest: number, current: number): void {
    this.#heads.fill(none);
    this.#lowest = lowest;
    this.#current = current;
  }

  first(bucket: number): number {
    return at(this.#heads, this.#list(bucket));
  }

  /** Empties the future's list; its entries stay chained from the answered one on by `next`. */
  takeFuture(): number {
    const head = at(this.#heads, this.#ring);
    this.#heads[this.#ring] = none;
    return head;
  }

  /** Puts an entry that is in no list into the one of its bucket. */
  link(entry: number, bucket: number): void {
    if (bucket < this.#lowest) return;
    const list = this.#list(bucket);
    const head = at(this.#heads, list);
    this.#entries.next[entry] = head;
    this.#entries.previous[entry] = none;
    if (head !== none) this.#entries.previous[head] = entry;
    this.#heads[list] = entry;
  }

  /** Takes an entry out of the list of its bucket, if it is in one. */
  unlink(entry: number, bucket: number): void {
    if (bucket < this.#lowest) return;
    const next = at(this.#entries.next, entry);
    const previous = at(this.#entries.previous, entry);
    if (next !== none) this.#entries.previous[next] = previous;
    if (previous !== none) this.#entries.next[previous] = next;
    else this.#heads[this.#list(bucket)] = next;
  }

  #list(bucket: number): number {
    if (bucket > this.#current) return this.#ring;
    const position = bucket % this.#ring;
    return position < 0 ? position + this.#ring : position;
  }
}
