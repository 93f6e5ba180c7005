/**
 * The reading core of report and agent: a byte range of one file in, connection events out. Pure but for the caches
 * that are passed in, which never change an answer.
 *
 * Invariants:
 * - `end` is the end of a row (or lies in an over-long row that is being skipped, or in a run of NUL bytes), and
 *   everything before it has been counted: as an event's row, as invalid, or as no row. Reading on at `end` with
 *   `state` counts nothing twice and leaves nothing out, wherever the bytes were cut.
 * - A row without its line end is never read before the file is finished; neither is a run of NUL bytes at the tail,
 *   which means "not written yet".
 * - Nothing that a file holds can make this throw, or remember more than its limits.
 */
import type { LogFormat } from './format.ts';
import { formatOf } from './formats.ts';
import { columnsOfComment } from './header.ts';
import { type ProblemReason, Problems } from './problem.ts';
import { RowReader } from './row-reader.ts';
import { textEnd } from './row.ts';
import { ServerTally } from './server-rows.ts';
import { type ReaderState, type SliceOptions, type SliceResult, rowBytesMaxDefault } from './slice.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const numberSign = 0x23;
/** The first byte of the UTF-8 mark. */
const markStart = 0xef;

/**
 * Reads the bytes of a file that begin at `offset`. Pass at least `rowBytesMax` bytes more than are known to hold a
 * whole row, or all that there is: less than a row makes no progress.
 */
export function readSlice(state: ReaderState, bytes: Buffer, offset: number, options: SliceOptions): SliceResult {
  return new SliceReading(state, bytes, offset, options).read();
}

class SliceReading {
  readonly #bytes: Buffer;
  readonly #offset: number;
  readonly #finished: boolean;
  readonly #rowBytesMax: number;
  readonly #onInvalidRow: SliceOptions['onInvalidRow'];
  readonly #format: LogFormat;
  readonly #rows: RowReader;
  readonly #problems = new Problems();
  readonly #servers = new Map<string, ServerTally>();
  #skippingFrom: number | null;
  #invalid = 0;
  #line = 0;
  /** Everything before this byte of the slice is done. */
  #done = 0;
  #unterminated = false;

  constructor(state: ReaderState, bytes: Buffer, offset: number, options: SliceOptions) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#finished = options.finished;
    this.#onInvalidRow = options.onInvalidRow;
    this.#rowBytesMax = options.rowBytesMax ?? rowBytesMaxDefault;
    this.#skippingFrom = state.skippingFrom;
    this.#format = options.format ?? formatOf(options.protocol);
    const note = (reason: ProblemReason, start: number, end: number): void => this.#note(reason, start, end);
    const server = (key: string): ServerTally => this.#server(key);
    this.#rows = new RowReader({ bytes, offset, options, note, server }, this.#format, state, options);
  }

  read(): SliceResult {
    if (this.#skippingFrom === null || this.#skipRest()) {
      while (this.#readLine());
    }
    const rows = this.#rows;
    return {
      state: {
        columns: rows.columns,
        skippingFrom: this.#skippingFrom,
        extraColumnsNoted: rows.extraColumnsNoted,
      },
      end: this.#offset + this.#done,
      events: rows.rows.events,
      servers: [...this.#servers.values()].filter((server) => server.rows > 0),
      rows: { event: rows.counted, ignored: rows.ignored, invalid: this.#invalid + rows.invalid },
      lines: this.#line,
      problems: this.#problems.list(),
      firstRowAt: rows.counted === 0 ? null : rows.firstRowAt,
      lastRowAt: rows.counted === 0 ? null : rows.lastRowAt,
      lastProbeAt: rows.rows.lastProbeAt,
      unterminated: this.#unterminated,
    };
  }

  /** Skips the rest of an over-long row; false when it goes on beyond the bytes. */
  #skipRest(): boolean {
    const end = this.#bytes.indexOf(lineFeed);
    if (end === -1) {
      this.#done = this.#bytes.length;
      this.#unterminated = true;
      if (this.#finished) this.#skippingFrom = null;
      return false;
    }
    this.#skippingFrom = null;
    this.#done = end + 1;
    this.#line++;
    return true;
  }

  /** Reads the line that begins at `#done`; false when there is no whole one. */
  #readLine(): boolean {
    const bytes = this.#bytes;
    const lineStart = this.#done;
    if (lineStart >= bytes.length) {
      return false;
    }
    const first = bytes[lineStart] as number;
    const isPlain = first > numberSign && first !== markStart;
    const start = first === 0 ? skipNuls(bytes, lineStart) : lineStart;
    // Nearly every line is a plain row: it is split while its end is looked for.
    const found = isPlain ? this.#rows.split(start, bytes.length) : bytes.indexOf(lineFeed, start);
    if (found === -1 || found === bytes.length) {
      this.#readTail(lineStart, start);
      return false;
    }
    if (isPlain && found - start <= this.#rowBytesMax) {
      this.#rows.read(start, textEnd(bytes, start, found, bytes.length));
    } else {
      this.#readRow(lineStart, start, found);
    }
    this.#done = found + 1;
    this.#line++;
    return true;
  }

  /** What stands behind the last line feed. */
  #readTail(lineStart: number, start: number): void {
    const bytes = this.#bytes;
    if (this.#finished) {
      const isOverLong = bytes.length - start > this.#rowBytesMax;
      const end = isOverLong ? bytes.length : skipNulsBackwards(bytes, start);
      this.#unterminated = end > start;
      this.#readRow(lineStart, start, end);
      if (end > start && end < bytes.length) this.#note('NUL bytes', end, bytes.length);
      this.#done = bytes.length;
    } else if (bytes.length - start > this.#rowBytesMax) {
      this.#unterminated = true;
      this.#readRow(lineStart, start, bytes.length);
      this.#skippingFrom = this.#offset + start;
      this.#done = bytes.length;
    } else {
      this.#unterminated = skipNulsBackwards(bytes, start) > start;
      // A longer run of NUL bytes must not hold up the file for ever. Its last byte stays, so that it is noted once,
      // with the row behind it.
      if (start - lineStart > this.#rowBytesMax) this.#done = start - 1;
    }
  }

  #readRow(lineStart: number, start: number, end: number): void {
    const bytes = this.#bytes;
    if (start > lineStart) {
      this.#note('NUL bytes', lineStart, start);
    }
    if (end - start > this.#rowBytesMax) {
      this.#invalid++;
      this.#note('over-long row', start, end);
      this.#onInvalidRow?.('over-long row', this.#offset + start, this.#offset + end);
      return;
    }
    const rowEnd = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    const rowStart = hasMark(bytes, start, rowEnd) ? start + 3 : start;
    if (rowStart === rowEnd) {
      return;
    }
    if (bytes[rowStart] === numberSign) {
      this.#readComment(rowStart, rowEnd);
    } else {
      this.#rows.split(rowStart, rowEnd);
      this.#rows.read(rowStart, rowEnd);
    }
  }

  #readComment(start: number, end: number): void {
    const columns = columnsOfComment(this.#bytes, start, end, this.#format);
    if (columns === 'damaged') {
      this.#note('unreadable header', start, end);
    } else if (columns !== null) {
      this.#rows.useColumns(columns);
    }
  }

  #server(key: string): ServerTally {
    let server = this.#servers.get(key);
    if (server === undefined) {
      server = new ServerTally(key);
      this.#servers.set(key, server);
    }
    return server;
  }

  #note(reason: ProblemReason, start: number, end: number): void {
    this.#problems.add(reason, this.#offset + start, this.#offset + end, this.#line);
  }
}

/** Whether the bytes begin with the UTF-8 mark, which a file may have and so may the middle of joined files. */
function hasMark(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === markStart && end - start >= 3 && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
}

function skipNuls(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}

/** The end without the NUL bytes at the tail, not before `start`. */
function skipNulsBackwards(bytes: Buffer, start: number): number {
  let end = bytes.length;
  while (end > start && bytes[end - 1] === 0) end--;
  return end;
}
