/**
 * Numbers texts densely from 0, in the order in which they come; for ever. A million addresses cost their characters and
 * some twelve bytes each.
 */
import { grownBytes, grownInts } from './columns.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

const free = 0;
const startSlots = 1024;

export class TextNumbers {
  /** All texts one after another, as `ByteWriter.text` writes them. */
  #bytes = Buffer.alloc(16 * 1024);
  #length = 0;
  #starts = new Int32Array(startSlots);
  #size = 0;
  /**
   * Two words each: one more than the number of the text whose hash leads here, or which found its place taken, and that
   * hash. At most half are used.
   */
  #slots = new Int32Array(2 * startSlots);
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
    return (this.#slots[this.#slotOf(text, hashOf(text, this.#seed))] as number) - 1;
  }

  /** The number of a text, a new one if it has none. */
  number(text: string): number {
    const hash = hashOf(text, this.#seed);
    const slot = this.#slotOf(text, hash);
    const known = this.#slots[slot] as number;
    return known === free ? this.#add(text, slot, hash) : known - 1;
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

  #add(text: string, slot: number, hash: number): number {
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
    this.#slots[slot] = number + 1;
    this.#slots[slot + 1] = hash;
    if (this.#size * 4 > this.#slots.length) this.#spread();
    return number;
  }

  /** Where the text stands, or would have to stand. */
  #slotOf(text: string, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (;;) {
      const number = slots[slot] as number;
      if (number === free || (slots[slot + 1] === hash && this.#is(number - 1, text))) return slot;
      slot = (slot + 2) & mask;
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
    const before = this.#slots;
    const slots = new Int32Array(before.length * 2);
    const mask = slots.length - 1;
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === free) continue;
      const hash = before[from + 1] as number;
      let slot = (hash << 1) & mask;
      while (slots[slot] !== free) slot = (slot + 2) & mask;
      slots[slot] = before[from] as number;
      slots[slot + 1] = hash;
    }
    this.#slots = slots;
  }
}

/** FNV-1a with its bits mixed: addresses differ in their last characters only. */
function hashOf(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) | 0;
}
