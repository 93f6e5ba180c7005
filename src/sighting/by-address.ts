import { ipv4Number } from '../event/address.ts';

const startSlots = 64;

/**
 * Values by address, made for being asked millions of times a second: an IPv4 address is a number, and its place in one
 * table of numbers is found without touching a text. Other addresses are kept by their text.
 */
export class ByAddress<Value> {
  /** Two words each: the address, and one more than the place of its value; 0 = free. At most half are used. */
  #slots = new Int32Array(2 * startSlots);
  readonly #values: Value[] = [];
  readonly #others = new Map<string, Value>();

  get(address: string): Value | undefined {
    const number = ipv4Number(address);
    if (number === -1) return this.#others.get(address);
    const place = this.#slots[this.#slotOf(number | 0) + 1] as number;
    return place === 0 ? undefined : this.#values[place - 1];
  }

  /** The address has no value yet. */
  add(address: string, value: Value): void {
    const number = ipv4Number(address);
    if (number === -1) {
      this.#others.set(address, value);
      return;
    }
    const slot = this.#slotOf(number | 0);
    this.#slots[slot] = number | 0;
    this.#slots[slot + 1] = this.#values.push(value);
    if (this.#values.length * 4 > this.#slots.length) this.#spread();
  }

  *[Symbol.iterator](): Generator<Value> {
    yield* this.#values;
    yield* this.#others.values();
  }

  /** Where the address stands, or would have to stand. */
  #slotOf(number: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (mixed(number) << 1) & mask;
    while (slots[slot + 1] !== 0 && slots[slot] !== number) slot = (slot + 2) & mask;
    return slot;
  }

  #spread(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let from = 0; from < before.length; from += 2) {
      if (before[from + 1] === 0) continue;
      const number = before[from] as number;
      const slot = this.#slotOf(number);
      this.#slots[slot] = number;
      this.#slots[slot + 1] = before[from + 1] as number;
    }
  }
}

/** Neighbouring addresses are neighbouring numbers: this spreads them. */
function mixed(number: number): number {
  let mix = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
