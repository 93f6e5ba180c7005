import type { FormatRows, LogFormat, SliceContext } from './format.ts';
import { columnsOfRow } from './header.ts';
import type { ProblemReason } from './problem.ts';
import { RowFields } from './row.ts';
import type { ReaderState, SliceOptions } from './slice.ts';
import type { TimeReader } from './time.ts';

/**
 * What all rows have in common, whatever the log: they are valid when they have the columns of their header and a
 * readable time, and what else their format needs; columns too many are counted once a file and left alone.
 */
export class RowReader {
  /** Columns in force; null = the format's default. */
  columns: readonly string[] | null;
  extraColumnsNoted: boolean;
  readonly rows: FormatRows;
  counted = 0;
  ignored = 0;
  invalid = 0;
  /** Smallest and largest time of the rows that count, if there are any. */
  firstRowAt = Number.POSITIVE_INFINITY;
  lastRowAt = Number.NEGATIVE_INFINITY;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #times: TimeReader;
  readonly #format: LogFormat;
  readonly #since: number;
  readonly #until: number;
  readonly #onInvalidRow: SliceOptions['onInvalidRow'];
  readonly #row = { fields: new RowFields(), start: 0, end: 0, time: 0, isWanted: true };
  #columnCount = 0;
  #timeColumn = 0;

  constructor(
    slice: SliceContext,
    format: LogFormat,
    state: ReaderState,
    { since, until, onInvalidRow }: Pick<SliceOptions, 'since' | 'until' | 'onInvalidRow'>,
  ) {
    this.#slice = slice;
    this.#format = format;
    this.#since = since ?? Number.NEGATIVE_INFINITY;
    this.#until = until ?? Number.POSITIVE_INFINITY;
    this.#onInvalidRow = onInvalidRow;
    this.#bytes = slice.bytes;
    this.#times = slice.options.caches.times;
    this.rows = format.readRows(slice);
    this.columns = state.columns;
    this.extraColumnsNoted = state.extraColumnsNoted;
    this.useColumns(state.columns);
  }

  /** What the rows hold from here on; null = the format's default. */
  useColumns(columns: readonly string[] | null): void {
    this.columns = columns;
    const names = (columns ?? this.#format.defaultColumns).map((name) => name.toLowerCase());
    this.#columnCount = names.length;
    this.#timeColumn = names.indexOf(this.#format.neededColumns[0]);
    this.rows.useColumns(names);
  }

  /** Splits the line that begins at `start`; answers where it ends: at a line feed, or at `limit`. */
  split(start: number, limit: number): number {
    return this.#row.fields.split(this.#bytes, start, limit);
  }

  /** Reads the line that was split last, which stands from `start` to `end`, without its line end. */
  read(start: number, end: number): void {
    const row = this.#row;
    const { fields } = row;
    const time =
      this.#timeColumn < fields.count
        ? this.#times.read(this.#bytes, fields.start(this.#timeColumn), fields.end(this.#timeColumn))
        : Number.NaN;
    if (Number.isNaN(time) && this.#takeHeader(start, end)) {
      return;
    }
    if (fields.count < this.#columnCount) {
      this.#refuse(fields.unclosed ? 'unclosed quote' : 'too few columns', start, end);
      return;
    }
    if (Number.isNaN(time)) {
      this.#refuse('unreadable time', start, end);
      return;
    }
    row.start = start;
    row.end = end;
    row.time = time;
    row.isWanted = time >= this.#since && time < this.#until;
    const outcome = this.rows.read(row);
    if (outcome === 'counted') {
      this.#count(time, start, end);
    } else if (outcome === 'ignored') {
      this.ignored++;
    } else {
      this.#refuse(outcome, start, end);
    }
  }

  /** A line whose time cannot be read may be a bare header row; it then says what the next rows hold. */
  #takeHeader(start: number, end: number): boolean {
    const isLetter = ((this.#bytes[start] as number) | 0x20) >= 0x61;
    const columns = isLetter ? columnsOfRow(this.#bytes, start, end, this.#format) : null;
    if (columns !== null) {
      this.useColumns(columns);
    }
    return columns !== null;
  }

  #refuse(reason: ProblemReason, start: number, end: number): void {
    this.invalid++;
    const { offset } = this.#slice;
    this.#slice.note(reason, start, end);
    this.#onInvalidRow?.(reason, offset + start, offset + end);
  }

  #count(time: number, start: number, end: number): void {
    this.counted++;
    if (time < this.firstRowAt) this.firstRowAt = time;
    if (time > this.lastRowAt) this.lastRowAt = time;
    const { server } = this.rows;
    server.rows++;
    if (time > server.lastRowAt) server.lastRowAt = time;
    const { fields } = this.#row;
    if (fields.unclosed) {
      this.#slice.note('quote closed by the end of the row', start, end);
    }
    if (fields.count > this.#columnCount && !this.extraColumnsNoted) {
      this.extraColumnsNoted = true;
      this.#slice.note('extra columns', start, end);
    }
  }
}
