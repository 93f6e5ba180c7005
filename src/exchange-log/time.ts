import { daysSinceEpoch } from '../event/calendar.ts';

/**
 * Row times, `yyyy-MM-ddTHH:mm:ss.fffZ`, from bytes to milliseconds since the epoch without a string or a Date. Rows
 * of a file rise slowly, so the minute of the row before is mostly the minute of this one.
 */
export class TimeReader {
  readonly #minute = Buffer.alloc(minuteBytes);
  #minuteMs = Number.NaN;

  /** NaN when the bytes are no time. A fraction may have 1 to 7 digits or be missing; what is below 1 ms is dropped. */
  read(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length < 20 || length > 28 || bytes[end - 1] !== 0x5a /* Z */) {
      return Number.NaN;
    }
    if (!this.#isSameMinute(bytes, start)) {
      this.#minuteMs = readMinute(bytes, start);
      bytes.copy(this.#minute, 0, start, start + minuteBytes);
    }
    const seconds = digits2(bytes, start + 17);
    if (bytes[start + 16] !== 0x3a /* : */ || seconds < 0 || seconds > 59) {
      return Number.NaN;
    }
    return this.#minuteMs + seconds * 1000 + readFraction(bytes, start + 19, end - 1);
  }

  #isSameMinute(bytes: Buffer, start: number): boolean {
    // From the end, where a difference is likely.
    for (let at = minuteBytes - 1; at >= 0; at--) {
      if (bytes[start + at] !== this.#minute[at]) return false;
    }
    return true;
  }
}

/** `yyyy-MM-ddTHH:mm` */
const minuteBytes = 16;

/** Milliseconds of `.fff`, 0 of nothing, NaN of anything else. */
function readFraction(bytes: Buffer, start: number, end: number): number {
  if (start === end) {
    return 0;
  }
  if (bytes[start] !== 0x2e /* . */ || end - start < 2) {
    return Number.NaN;
  }
  let ms = 0;
  let scale = 100;
  for (let at = start + 1; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    ms += scale >= 1 ? digit * scale : 0;
    scale /= 10;
  }
  return ms;
}

function readMinute(bytes: Buffer, at: number): number {
  const year = digits2(bytes, at) * 100 + digits2(bytes, at + 2);
  const month = digits2(bytes, at + 5);
  const day = digits2(bytes, at + 8);
  const hour = digits2(bytes, at + 11);
  const minute = digits2(bytes, at + 14);
  const shaped =
    bytes[at + 4] === 0x2d && bytes[at + 7] === 0x2d && bytes[at + 10] === 0x54 /* T */ && bytes[at + 13] === 0x3a;
  if (!shaped || digits2(bytes, at + 2) < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    return Number.NaN;
  }
  return ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60_000;
}

/** Two digits as a number; far below zero when either is none. */
function digits2(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1_000 : tens * 10 + ones;
}
