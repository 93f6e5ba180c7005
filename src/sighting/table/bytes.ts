/** Writing and reading of numbers and texts as few bytes as they need. For memory only: nothing of it is ever stored. */

/** From here on a number has more than 31 bits, and shifts would lose the upper ones. */
const shiftLimit = 2 ** 31;
const latin1Max = 255;

export class ByteWriter {
  bytes = Buffer.alloc(1024);
  length = 0;

  /** A whole number from 0 to the largest safe one. */
  count(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= shiftLimit) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  float(value: number): void {
    this.#reserve(8);
    this.bytes.writeDoubleLE(value, this.length);
    this.length += 8;
  }

  /**
   * Any text, lone surrogates included: one byte a character where all have room in one, else two. Of the text, or of
   * the part of it from `from` to before `to`.
   */
  text(text: string, from = 0, to = text.length): void {
    const wide = isWide(text, from, to);
    this.count((to - from) * 2 + (wide ? 1 : 0));
    this.#reserve((to - from) * 2);
    const { bytes } = this;
    let at = this.length;
    for (let index = from; index < to; index++) {
      const code = text.charCodeAt(index);
      bytes[at++] = code & 255;
      if (wide) bytes[at++] = code >>> 8;
    }
    this.length = at;
  }

  copy(bytes: Uint8Array, start: number, length: number): void {
    this.#reserve(length);
    for (let index = 0; index < length; index++) this.bytes[this.length + index] = bytes[start + index] as number;
    this.length += length;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

function isWide(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (text.charCodeAt(index) > latin1Max) return true;
  return false;
}

/** Lower case of each character that has room in one byte; it has, too. */
const lower = Uint8Array.from({ length: 256 }, (_, code) => String.fromCharCode(code).toLowerCase().charCodeAt(0));

export class ByteReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  begin(bytes: Buffer, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  count(): number {
    let byte = this.bytes[this.at++] as number;
    if (byte < 128) return byte;
    let value = byte & 127;
    let factor = 128;
    do {
      byte = this.bytes[this.at++] as number;
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte >= 128);
    return value;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  float(): number {
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  text(): string {
    const head = this.count();
    const start = this.at;
    const isWide = (head & 1) === 1;
    this.at += (head >>> 1) * (isWide ? 2 : 1);
    return this.bytes.toString(isWide ? 'utf16le' : 'latin1', start, this.at);
  }

  skipCounts(counts: number): void {
    let { at } = this;
    for (let left = counts; left > 0; at++) if ((this.bytes[at] as number) < 128) left--;
    this.at = at;
  }

  skipText(): void {
    const head = this.count();
    this.at += (head >>> 1) * ((head & 1) === 1 ? 2 : 1);
  }

  /** Passes a text over, and answers whether its lower case holds `wanted`, which is in lower case. */
  textIncludes(wanted: string): boolean {
    const start = this.at;
    const head = this.count();
    if ((head & 1) === 1) {
      this.at = start;
      return this.text().toLowerCase().includes(wanted);
    }
    const from = this.at;
    this.at += head >>> 1;
    const { bytes } = this;
    const last = this.at - wanted.length;
    if (wanted === '') return true;
    const first = wanted.charCodeAt(0);
    for (let place = from; place <= last; place++) {
      if (lower[bytes[place] as number] !== first) continue;
      let index = 1;
      while (index < wanted.length && lower[bytes[place + index] as number] === wanted.charCodeAt(index)) index++;
      if (index === wanted.length) return true;
    }
    return false;
  }
}
