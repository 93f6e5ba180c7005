import { at, grown, roomFor } from './int-array.ts';

/** No entry, no set. */
export const none = -1;

const startCapacity = 1024;

/**
 * The entries: one for each client of each set, as columns. Entries of one client are chained, so a client that is
 * reclassified costs its own entries only, and an entry is found by its set without an index: a client is in few sets.
 */
export class EntryTable {
  /** Column by column; `set` is `none` for a free entry, whose `next` leads to the next free one. */
  set = new Int32Array(startCapacity);
  classification = new Uint8Array(startCapacity);
  /** Bucket of the last time seen. */
  bucket = new Int32Array(startCapacity);
  /** Neighbours in the bucket's list. */
  next = new Int32Array(startCapacity);
  previous = new Int32Array(startCapacity);
  /** Next entry of the same client; behind the last one the client itself, as `endOf` writes it. */
  #sibling = new Int32Array(startCapacity);
  #firstOfClient = new Int32Array(startCapacity).fill(none);
  #firstFree = none;
  #used = 0;
  #size = 0;

  /** Entries in use. */
  get size(): number {
    return this.#size;
  }

  /** Every entry in use is below this. */
  get end(): number {
    return this.#used;
  }

  firstOf(client: number): number {
    return client < this.#firstOfClient.length ? at(this.#firstOfClient, client) : none;
  }

  siblingOf(entry: number): number {
    const sibling = at(this.#sibling, entry);
    return sibling < 0 ? none : sibling;
  }

  clientOf(entry: number): number {
    let last = at(this.#sibling, entry);
    while (last >= 0) last = at(this.#sibling, last);
    return endOf(last);
  }

  find(set: number, client: number): number {
    let entry = this.firstOf(client);
    while (entry !== none && at(this.set, entry) !== set) entry = this.siblingOf(entry);
    return entry;
  }

  /** The caller has made sure that there is none yet. */
  add(set: number, client: number, classification: number, bucket: number): number {
    const entry = this.#allocate();
    this.set[entry] = set;
    this.classification[entry] = classification;
    this.bucket[entry] = bucket;
    this.next[entry] = none;
    this.previous[entry] = none;
    if (client >= this.#firstOfClient.length)
      this.#firstOfClient = grown(this.#firstOfClient, roomFor(client + 1), none);
    // Behind the first one, which stays: it is the set that every client is in, and the one that is most often asked for.
    const first = at(this.#firstOfClient, client);
    if (first === none) {
      this.#sibling[entry] = endOf(client);
      this.#firstOfClient[client] = entry;
    } else {
      this.#sibling[entry] = at(this.#sibling, first);
      this.#sibling[first] = entry;
    }
    return entry;
  }

  remove(entry: number): void {
    const client = this.clientOf(entry);
    const sibling = at(this.#sibling, entry);
    let before = at(this.#firstOfClient, client);
    if (before === entry) {
      this.#firstOfClient[client] = sibling < 0 ? none : sibling;
    } else {
      while (at(this.#sibling, before) !== entry) before = at(this.#sibling, before);
      this.#sibling[before] = sibling;
    }
    this.set[entry] = none;
    this.next[entry] = this.#firstFree;
    this.#firstFree = entry;
    this.#size--;
  }

  #allocate(): number {
    this.#size++;
    const free = this.#firstFree;
    if (free !== none) {
      this.#firstFree = at(this.next, free);
      return free;
    }
    if (this.#used === this.set.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const length = roomFor(this.set.length + 1);
    // What is not in use says nothing: as long as it is not written, it takes no memory either.
    this.set = grown(this.set, length);
    this.bucket = grown(this.bucket, length);
    this.next = grown(this.next, length);
    this.previous = grown(this.previous, length);
    this.#sibling = grown(this.#sibling, length);
    const classification = new Uint8Array(length);
    classification.set(this.classification);
    this.classification = classification;
  }
}

/** The end of a client's chain: a number that is no entry, and from which the client comes back. */
function endOf(client: number): number {
  return -1 - client;
}
