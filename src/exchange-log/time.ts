import { daysSinceEpoch } from '../event/calendar.ts';
import { viewOf } from './words.ts';

/**
 * Row times, `yyyy-MM-ddTHH:mm:ss.fffZ`, from bytes to milliseconds since the epoch without a string or a Date. Rows
 * of a file rise slowly, so the minute of the row before is mostly the minute of this one.
 */
export class TimeReader {
  /** The minute as it stands in a row, four bytes each. */
  readonly #minute = new Int32Array(minuteBytes / 4);
  #minuteMs = Number.NaN;

  /** NaN when the bytes are no time. A fraction may have 1 to 7 digits or be missing; what is below 1 ms is dropped. */
  read(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length < 20 || length > 28 || bytes[end - 1] !== 0x5a /* Z */) {
      return Number.NaN;
    }
    if (!this.#isSameMinute(bytes, start)) {
      this.#minuteMs = readMinute(bytes, start);
      this.#keepMinute(bytes, start);
    }
    const seconds = digits2(bytes, start + 17);
    if (bytes[start + 16] !== 0x3a /* : */ || seconds < 0 || seconds > 59) {
      return Number.NaN;
    }
    const ms = length === usualLength ? readMs(bytes, start + 19) : readFraction(bytes, start + 19, end - 1);
    return this.#minuteMs + seconds * 1000 + ms;
  }

  #isSameMinute(bytes: Buffer, start: number): boolean {
    const words = viewOf(bytes);
    const minute = this.#minute;
    // From the end, where a difference is likely.
    return (
      words.getInt32(start + 12, true) === minute[3] &&
      words.getInt32(start + 8, true) === minute[2] &&
      words.getInt32(start + 4, true) === minute[1] &&
      words.getInt32(start, true) === minute[0]
    );
  }

  #keepMinute(bytes: Buffer, start: number): void {
    const words = viewOf(bytes);
    for (let at = 0; at < minuteBytes; at += 4) this.#minute[at >> 2] = words.getInt32(start + at, true);
  }
}

/** `yyyy-MM-ddTHH:mm` */
const minuteBytes = 16;
/** `yyyy-MM-ddTHH:mm:ss.fffZ` */
const usualLength = 24;

/** Milliseconds of `.fff`, NaN of anything else. */
function readMs(bytes: Buffer, start: number): number {
  const tenths = (bytes[start + 1] as number) - 0x30;
  const rest = digits2(bytes, start + 2);
  return bytes[start] === 0x2e /* . */ && tenths >= 0 && tenths <= 9 && rest >= 0 ? tenths * 100 + rest : Number.NaN;
}

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
