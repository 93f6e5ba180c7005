import { hashBytes, sameWords, viewOf } from './words.ts';

/**
 * Remembers what was made of a run of bytes, so that the same address or user is decoded once and its text is shared
 * by all that name it. A cache only: it answers what `make` would, forgets when it is full, and its memory is bounded
 * by its slots, whatever a log holds. A key may stand in one of a few slots, so that keys chosen to collide cost a few
 * comparisons and no more.
 *
 * Keys stand side by side in one array, each with its length in one line of the processor's cache: a look at one of
 * tens of thousands is then two far accesses to memory.
 */
export class ByteCache<Value> {
  readonly #make: (bytes: Buffer, start: number, end: number) => Value;
  readonly #mask: number;
  readonly #keys: DataView;
  readonly #values: (Value | undefined)[];

  /** @param slots a power of two */
  constructor(slots: number, make: (bytes: Buffer, start: number, end: number) => Value) {
    this.#make = make;
    this.#mask = slots - 1;
    this.#keys = new DataView(new ArrayBuffer(slots * slotBytes));
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
      const known = this.#keys.getUint8(slot * slotBytes + keyBytesMax);
      if (known === 0) {
        return this.#put(slot, bytes, start, end);
      }
      if (known === length + 1 && sameWords(this.#keys, slot * slotBytes, viewOf(bytes), start, length)) {
        return this.#values[slot] as Value;
      }
    }
    return this.#put(hash & this.#mask, bytes, start, end);
  }

  #put(slot: number, bytes: Buffer, start: number, end: number): Value {
    const value = this.#make(bytes, start, end);
    const key = slot * slotBytes;
    for (let at = start; at < end; at++) this.#keys.setUint8(key + at - start, bytes[at] as number);
    // One more than the length, so that 0 is an empty slot.
    this.#keys.setUint8(key + keyBytesMax, end - start + 1);
    this.#values[slot] = value;
    return value;
  }
}

/** As much as a line of the processor's cache holds, the last byte for the length. */
const slotBytes = 64;
/** Longer than any address, and than nearly all names. */
const keyBytesMax = slotBytes - 1;
const ways = 4;
