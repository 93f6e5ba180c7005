/**
 * Remembers what was made of a run of bytes, so that the same address or user is decoded once and its text is shared
 * by all that name it. A cache only: it answers what `make` would, forgets when it is full, and its memory is bounded
 * by its slots and `keyBytesMax`, whatever a log holds. A key may stand in one of a few slots, so that keys chosen to
 * collide cost a few comparisons and no more.
 */
export class ByteCache<Value> {
  readonly #make: (bytes: Buffer, start: number, end: number) => Value;
  readonly #mask: number;
  readonly #hashes: Int32Array;
  readonly #keys: (Buffer | undefined)[];
  readonly #values: (Value | undefined)[];

  /** @param slots a power of two */
  constructor(slots: number, make: (bytes: Buffer, start: number, end: number) => Value) {
    this.#make = make;
    this.#mask = slots - 1;
    this.#hashes = new Int32Array(slots);
    this.#keys = Array.from({ length: slots }, () => undefined);
    this.#values = Array.from({ length: slots }, () => undefined);
  }

  get(bytes: Buffer, start: number, end: number): Value {
    if (end - start > keyBytesMax) {
      return this.#make(bytes, start, end);
    }
    const hash = hashBytes(bytes, start, end, 0);
    for (let way = 0; way < ways; way++) {
      const slot = (hash + way) & this.#mask;
      const key = this.#keys[slot];
      if (key === undefined) {
        return this.#put(slot, hash, bytes, start, end);
      }
      if (this.#hashes[slot] === hash && sameBytes(key, 0, key.length, bytes, start, end)) {
        return this.#values[slot] as Value;
      }
    }
    return this.#put(hash & this.#mask, hash, bytes, start, end);
  }

  #put(slot: number, hash: number, bytes: Buffer, start: number, end: number): Value {
    const value = this.#make(bytes, start, end);
    this.#hashes[slot] = hash;
    this.#keys[slot] = Buffer.from(bytes.subarray(start, end));
    this.#values[slot] = value;
    return value;
  }
}

const keyBytesMax = 256;
const ways = 4;

/** FNV-1a, started from another hash to chain several runs into one; 32 bits, signed. */
export function hashBytes(bytes: Buffer, start: number, end: number, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

export function sameBytes(a: Buffer, startA: number, endA: number, b: Buffer, startB: number, endB: number): boolean {
  if (endA - startA !== endB - startB) {
    return false;
  }
  for (let atA = startA, atB = startB; atA < endA; atA++, atB++) {
    if (a[atA] !== b[atB]) return false;
  }
  return true;
}
