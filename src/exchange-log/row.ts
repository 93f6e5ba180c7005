/**
 * One physical line as fields. A field is quoted only if it begins with `"`; within, `""` is one quote. A line feed
 * always ends a row, so a quote that is never closed damages its own row and no other.
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

  /** Splits the bytes from `start` to `end`, which hold no line end. */
  split(bytes: Buffer, start: number, end: number): void {
    const { starts, ends, doubled } = this;
    let count = 0;
    let at = start;
    this.unclosed = false;
    for (;;) {
      let fieldStart = at;
      let fieldEnd = at;
      let hasDoubled = 0;
      if (at < end && bytes[at] === quote) {
        fieldStart = at + 1;
        fieldEnd = this.#closingQuote(bytes, fieldStart, end);
        hasDoubled = this.#sawDoubled ? 1 : 0;
        at = fieldEnd;
        if (fieldEnd < end) {
          at++;
          if (at < end && bytes[at] !== comma) {
            // More text behind the closing quote: not what Exchange writes; kept as it stands.
            while (at < end && bytes[at] !== comma) at++;
            fieldEnd = at;
          }
        }
      } else {
        while (at < end && bytes[at] !== comma) at++;
        fieldEnd = at;
      }
      if (count < fieldsMax) {
        starts[count] = fieldStart;
        ends[count] = fieldEnd;
        doubled[count] = hasDoubled;
      }
      count++;
      if (at >= end) break;
      at++;
    }
    this.count = count;
  }

  #sawDoubled = false;

  #closingQuote(bytes: Buffer, start: number, end: number): number {
    this.#sawDoubled = false;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== quote) continue;
      if (at + 1 < end && bytes[at + 1] === quote) {
        this.#sawDoubled = true;
        at++;
      } else {
        return at;
      }
    }
    this.unclosed = true;
    return end;
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

/** Far beyond every version's columns. */
export const fieldsMax = 64;

const blank = 0x20;
const comma = 0x2c;
const quote = 0x22;
