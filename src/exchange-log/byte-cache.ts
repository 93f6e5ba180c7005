/**
 * Remembers what was made of a run of bytes, so that the same address or user is decoded once and its text is shared
 * by all that name it. A cache only: it answers what `make` would, forgets when it is full, and its memory is bounded
 * by its slots and `keyBytesMax`, whatever a log holds. A key may stand in one of a few slots, so that keys chosen to
 * collide cost a few comparisons and no more.
 *
 * Keys stand side by side in one array: a look at one of tens of thousands is then one far access to memory, not four.
 */
export class ByteCache<Value> {
  readonly #make: (bytes: Buffer, start: number, end: number) => Value;
  readonly #mask: number;
  readonly #hashes: Int32Array;
  readonly #keys: Uint8Array;
  /** One more than the length of the key, so that 0 is an empty slot. */
  readonly #lengths: Uint8Array;
  readonly #values: (Value | undefined)[];

  /** @param slots a power of two */
  constructor(slots: number, make: (bytes: Buffer, start: number, end: number) => Value) {
    this.#make = make;
    this.#mask = slots - 1;
    this.#hashes = new Int32Array(slots);
    this.#keys = new Uint8Array(slots * keyBytesMax);
    this.#lengths = new Uint8Array(slots);
    this.#values = Array.from({ length: slots }, () => undefined);
  }

  get(bytes: Buffer, start: number, end: number): Value {
    const length = end - start;
    if (length > keyBytesMax) {
      return this.#make(bytes, start, end);
    }
    const hash = hashBytes(bytes, start, end, 0);
    for (let way = 0; way < ways; way++) {
      const slot = (hash + way) & this.#mask;
      const known = this.#lengths[slot] as number;
      if (known === 0) {
        return this.#put(slot, hash, bytes, start, end);
      }
      if (known === length + 1 && this.#hashes[slot] === hash && this.#isKey(slot, bytes, start, length)) {
        return this.#values[slot] as Value;
      }
    }
    return this.#put(hash & this.#mask, hash, bytes, start, end);
  }

  #isKey(slot: number, bytes: Buffer, start: number, length: number): boolean {
    const keys = this.#keys;
    const key = slot * keyBytesMax;
    for (let at = 0; at < length; at++) {
      if (keys[key + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  #put(slot: number, hash: number, bytes: Buffer, start: number, end: number): Value {
    const value = this.#make(bytes, start, end);
    const key = slot * keyBytesMax;
    for (let at = start; at < end; at++) this.#keys[key + at - start] = bytes[at] as number;
    this.#hashes[slot] = hash;
    this.#lengths[slot] = end - start + 1;
    this.#values[slot] = value;
    return value;
  }
}

/** Longer than any address, and than nearly all names. */
const keyBytesMax = 64;
const ways = 4;

/**
 * A hash of a run of bytes, started from another one to chain several runs into one; 32 bits, signed. As FNV-1a but by
 * four bytes, since each step has to wait for the one before; the shift lets upper bits reach the lower ones.
 */
export function hashBytes(bytes: Buffer, start: number, end: number, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    const high = ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ low ^ high, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
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
