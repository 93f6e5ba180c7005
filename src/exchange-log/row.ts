import { viewOf } from './words.ts';

/**
 * One physical line as fields. A field is quoted only if it begins with `"`; within, `""` is one quote. A line feed
 * always ends a row, so a quote that is never closed damages its own row and no other.
 *
 * Each byte of every log passes through `split`, once: it finds the end of the line, too.
 */
export class RowFields {
  /** How many fields the row has; those past `fieldsMax` are counted but not kept. */
  count = 0;
  /** A quote was opened and not closed. */
  unclosed = false;
  readonly starts = new Int32Array(fieldsMax);
  readonly ends = new Int32Array(fieldsMax);
  /** 1 where a field holds doubled quotes. */
  readonly doubled = new Uint8Array(fieldsMax);
  #isAnyDoubled = false;

  /**
   * Splits the bytes from `start` to the next line feed, or to `limit` when there is none before. Answers where that
   * is. A carriage return before the line feed belongs to neither.
   */
  split(bytes: Buffer, start: number, limit: number): number {
    this.count = 0;
    this.unclosed = false;
    if (this.#isAnyDoubled) this.#forgetDoubled();
    let at = this.#splitPlain(bytes, start, limit);
    while (at < limit && bytes[at] === quote) {
      at = this.#splitQuoted(bytes, at + 1, limit);
      if (at === limit || bytes[at] !== comma) return at;
      at = this.#splitPlain(bytes, at + 1, limit);
    }
    return at;
  }

  /** The fields up to the row's end, or to one that is quoted; answers where that is. */
  #splitPlain(bytes: Buffer, start: number, limit: number): number {
    const { starts, ends } = this;
    const words = viewOf(bytes);
    let count = this.count;
    let fieldStart = start;
    let at = start;
    for (; at < limit; at += wordBytes) {
      // Four bytes at a time: nearly all that stands in a row is above the comma; quotes and line feeds are below.
      const word = at + wordBytes <= limit ? words.getInt32(at, true) : lastWord(bytes, at, limit);
      for (let marks = upToComma(word); marks !== 0; marks &= marks - 1) {
        const mark = at + ((31 - Math.clz32(marks & -marks)) >> 3);
        const byte = bytes[mark];
        if (byte === comma) {
          if (count < fieldsMax) {
            starts[count] = fieldStart;
            ends[count] = mark;
          }
          count++;
          fieldStart = mark + 1;
        } else if (byte === quote && mark === fieldStart) {
          this.count = count;
          return mark;
        } else if (byte === lineFeed) {
          this.count = count;
          this.#add(fieldStart, textEnd(bytes, fieldStart, mark, limit));
          return mark;
        }
      }
    }
    this.count = count;
    this.#add(fieldStart, limit);
    return limit;
  }

  /** The field behind an opening quote; answers where its comma is, or the row's end. */
  #splitQuoted(bytes: Buffer, start: number, limit: number): number {
    let at = start;
    let hasDoubled = false;
    let end = -1;
    for (; at < limit && bytes[at] !== lineFeed; at++) {
      if (bytes[at] !== quote) continue;
      if (at + 1 < limit && bytes[at + 1] === quote) {
        hasDoubled = true;
        at++;
      } else {
        end = at++;
        break;
      }
    }
    if (end === -1) {
      this.unclosed = true;
      end = textEnd(bytes, start, at, limit);
    } else {
      const behind = at;
      while (at < limit && bytes[at] !== comma && bytes[at] !== lineFeed) at++;
      // More text behind the closing quote: not what Exchange writes; kept as it stands.
      const textBehind = textEnd(bytes, behind, at, limit);
      if (textBehind > behind) end = textBehind;
    }
    if (hasDoubled && this.count < fieldsMax) {
      this.doubled[this.count] = 1;
      this.#isAnyDoubled = true;
    }
    this.#add(start, end);
    return at;
  }

  #add(start: number, end: number): void {
    if (this.count < fieldsMax) {
      this.starts[this.count] = start;
      this.ends[this.count] = end;
    }
    this.count++;
  }

  #forgetDoubled(): void {
    this.doubled.fill(0);
    this.#isAnyDoubled = false;
  }

  start(index: number): number {
    return this.starts[index] as number;
  }

  end(index: number): number {
    return this.ends[index] as number;
  }

  /** Whether a field is empty, all blanks, or of no column. */
  isBlank(bytes: Buffer, index: number): boolean {
    if (index === -1) return true;
    for (let at = this.start(index); at < this.end(index); at++) {
      if (bytes[at] !== blank) return false;
    }
    return true;
  }

  /** The field's text, quotes undone. */
  text(bytes: Buffer, index: number): string {
    const text = bytes.toString('utf8', this.start(index), this.end(index));
    return this.doubled[index] === 1 ? text.replaceAll('""', '"') : text;
  }
}

/** The end of a text that ends at `end`: before the carriage return of a line end. */
export function textEnd(bytes: Buffer, start: number, end: number, limit: number): number {
  return end > start && end < limit && bytes[end] === lineFeed && bytes[end - 1] === carriageReturn ? end - 1 : end;
}

const wordBytes = 4;

/** The highest bit of each byte of a word that is at most a comma; perhaps of a minus sign too, but of no other. */
function upToComma(word: number): number {
  return (word - 0x2d2d2d2d) & ~word & 0x80808080;
}

/** What is left of the bytes, filled up with what is no mark. */
function lastWord(bytes: Buffer, start: number, end: number): number {
  let word = -1;
  for (let at = end - 1; at >= start; at--) word = (word << 8) | (bytes[at] as number);
  return word;
}

/** Far beyond every version's columns. */
export const fieldsMax = 64;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;
const comma = 0x2c;
const quote = 0x22;
