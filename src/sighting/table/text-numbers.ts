/**
 * Numbers texts densely from 0, in the order in which they come; for ever. A million addresses cost their characters and
 * some twelve bytes each.
 */
import { grownBytes, grownInts } from './columns.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

const free = -1;
const startSlots = 1024;

export class TextNumbers {
  /** All texts one after another, as `ByteWriter.text` writes them. */
  #bytes = new Uint8Array(16 * 1024);
  #length = 0;
  #starts = new Int32Array(startSlots);
  #size = 0;
  /** Number of the text whose hash leads here, or which found its place taken; at most half are used. */
  #slots = new Int32Array(startSlots).fill(free);
  readonly #seed: number;
  readonly #writer = new ByteWriter();
  readonly #reader = new ByteReader();

  /** `seed`: any number; with one that nobody can guess nobody can choose texts that all want one slot. */
  constructor(seed = 0) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of a text, or -1. */
  find(text: string): number {
    return this.#slots[this.#slotOf(text)] as number;
  }

  /** The number of a text, a new one if it has none. */
  number(text: string): number {
    const slot = this.#slotOf(text);
    const known = this.#slots[slot] as number;
    return known === free ? this.#add(text, slot) : known;
  }

  text(number: number): string {
    this.#reader.begin(this.#bytes, this.#starts[number] as number);
    return this.#reader.text();
  }

  /** Whether the text in lower case holds `wanted`, which is in lower case. */
  includes(number: number, wanted: string): boolean {
    this.#reader.begin(this.#bytes, this.#starts[number] as number);
    return this.#reader.textIncludes(wanted);
  }

  #add(text: string, slot: number): number {
    const writer = this.#writer;
    writer.length = 0;
    writer.text(text);
    const number = this.#size++;
    if (number === this.#starts.length) this.#starts = grownInts(this.#starts, number + 1);
    this.#starts[number] = this.#length;
    if (this.#length + writer.length > this.#bytes.length) {
      this.#bytes = grownBytes(this.#bytes, this.#length + writer.length);
    }
    for (let index = 0; index < writer.length; index++) {
      this.#bytes[this.#length++] = writer.bytes[index] as number;
    }
    this.#slots[slot] = number;
    if (this.#size * 2 > this.#slots.length) this.#spread();
    return number;
  }

  /** Where the text stands, or would have to stand. */
  #slotOf(text: string): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(text, this.#seed) & mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === free || this.#is(number, text)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #is(number: number, text: string): boolean {
    const reader = this.#reader;
    reader.begin(this.#bytes, this.#starts[number] as number);
    const head = reader.count();
    if (head >>> 1 !== text.length) return false;
    if ((head & 1) === 1) return this.text(number) === text;
    const start = reader.at;
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[start + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #spread(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(free);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = hashOf(this.text(number), this.#seed) & mask;
      while (slots[slot] !== free) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

/** FNV-1a with its bits mixed: addresses differ in their last characters only. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
