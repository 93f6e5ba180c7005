import { minuteText } from './time-text.ts';

/** Below this a loop is cheaper than a call that copies. */
const loopBytesMax = 16;
const growBytesMin = 4096;
/** Most bytes that a UTF-16 unit takes in UTF-8. */
const utf8PerUnitMax = 3;

/** A piece of a line that is written again and again. */
export function pieceOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * JSON lines as bytes, written one behind the other: half a kilobyte a line, hundreds of thousands of them a second, so
 * no text is made that is not there already.
 */
export class LineBytes {
  #bytes: Buffer;
  #length = 0;
  readonly #minutes = new Map<number, Uint8Array>();

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** A copy, with memory of its own, which nothing that is written later changes. */
  copy(start = 0, end = this.#length): Buffer<ArrayBuffer> {
    const copy = Buffer.allocUnsafeSlow(end - start);
    this.#bytes.copy(copy, 0, start, end);
    return copy;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }

  /** Keeps what stands behind `start` alone. */
  dropBefore(start: number): void {
    this.#bytes.copyWithin(0, start, this.#length);
    this.#length -= start;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  piece(bytes: Uint8Array): void {
    const count = bytes.length;
    this.#reserve(count);
    if (count <= loopBytesMax) {
      const target = this.#bytes;
      let at = this.#length;
      for (let index = 0; index < count; index++) target[at++] = bytes[index] as number;
    } else {
      this.#bytes.set(bytes, this.#length);
    }
    this.#length += count;
  }

  ascii(text: string): void {
    const count = text.length;
    this.#reserve(count);
    const target = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < count; index++) target[at++] = text.charCodeAt(index);
    this.#length = at;
  }

  /** Any text, without quotes, as it is. */
  utf8(text: string): void {
    this.#reserve(text.length * utf8PerUnitMax);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** A text as JSON writes it, with its quotes. */
  quoted(text: string): void {
    const count = text.length;
    this.#reserve(count + 2);
    const target = this.#bytes;
    let at = this.#length;
    target[at++] = quote;
    for (let index = 0; index < count; index++) {
      const code = text.charCodeAt(index);
      if (code < blank || code === quote || code === backslash || code > lastPlain)
        return this.utf8(JSON.stringify(text));
      target[at++] = code;
    }
    target[at++] = quote;
    this.#length = at;
  }

  /** A whole number of 0 or more. */
  whole(value: number): void {
    if (value > smallMax) return this.ascii(String(value));
    this.#reserve(smallDigits);
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let rest = value;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = zero + rest - next * 10;
      rest = next;
    }
    this.#length += digits;
  }

  /** What `timeText` writes, of times that are close to each other mostly. */
  time(ms: number): void {
    const whole = Math.trunc(ms);
    const minute = Math.floor(whole / 60_000);
    this.piece(this.#minuteOf(minute));
    this.#reserve(secondBytes);
    const target = this.#bytes;
    let at = this.#length;
    const inMinute = whole - minute * 60_000;
    const seconds = (inMinute / 1000) | 0;
    const milli = inMinute - seconds * 1000;
    target[at++] = zero + ((seconds / 10) | 0);
    target[at++] = zero + (seconds % 10);
    target[at++] = point;
    target[at++] = zero + ((milli / 100) | 0);
    target[at++] = zero + (((milli / 10) | 0) % 10);
    target[at++] = zero + (milli % 10);
    target[at++] = zulu;
    this.#length = at;
  }

  /** Events that overlap are of a few minutes. */
  #minuteOf(minute: number): Uint8Array {
    let piece = this.#minutes.get(minute);
    if (piece === undefined) {
      if (this.#minutes.size >= minutesMax) this.#minutes.clear();
      piece = pieceOf(minuteText(minute));
      this.#minutes.set(minute, piece);
    }
    return piece;
  }

  #reserve(bytes: number): void {
    const wanted = this.#length + bytes;
    if (wanted <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.#bytes.length, growBytesMin));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const zero = 0x30;
const quote = 0x22;
const backslash = 0x5c;
const blank = 0x20;
/** The last that is one byte, and that JSON writes as it is. */
const lastPlain = 0x7f;
const point = 0x2e;
const zulu = 0x5a;
/** Whole numbers up to it are divided as 32-bit ones. */
const smallMax = 999_999_999;
const smallDigits = 9;
const minutesMax = 256;
/** `02.118Z`, behind `2026-11-20T10:00:`. */
const secondBytes = 7;
