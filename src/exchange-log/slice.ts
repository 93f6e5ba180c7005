import type { ConnectionEvent } from '../event/connection-event.ts';
import type { LogFormat, RowOptions } from './format.ts';
import type { Problem, ProblemReason } from './problem.ts';
import type { ServerRows } from './server-rows.ts';

/** What must be known to read on in mid-file. */
export interface ReaderState {
  /** Columns in force; null = the built-in default. */
  readonly columns: readonly string[] | null;
  /** Start of the over-long row in which the position stands; null = the position is a row's end. */
  readonly skippingFrom: number | null;
  /** A row with more columns than its header was met and counted: once a file is enough. */
  readonly extraColumnsNoted: boolean;
}

export const startOfFile: ReaderState = { columns: null, skippingFrom: null, extraColumnsNoted: false };

export interface SliceOptions extends RowOptions {
  /** Which of the protocol's logs it is; the first of them where it is left out. */
  readonly format?: LogFormat;
  /** The bytes reach the end of a file that will not grow any more: an unterminated tail is read too. */
  readonly finished: boolean;
  /** Only rows of `since <= time < until` make events; all are read and counted. Milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** Longest row that is read, without its line feed. */
  readonly rowBytesMax?: number;
  /** Hears of each row that is invalid: why, and where in the file it begins and ends (an over-long one as far as it is there). */
  readonly onInvalidRow?: (reason: ProblemReason, start: number, end: number) => void;
}

export const rowBytesMaxDefault = 1024 * 1024;

export interface SliceResult {
  readonly state: ReaderState;
  /** Offset in the file to read on at. */
  readonly end: number;
  /** In rising order of the offset of their first row; offsets are distinct. */
  readonly events: readonly ConnectionEvent[];
  /** Servers with rows that count: those of the rows, where the log names them. */
  readonly servers: readonly ServerRows[];
  /** Rows that count (those outside `since` and `until` too), are ignored by rule, or are invalid. */
  readonly rows: { readonly event: number; readonly ignored: number; readonly invalid: number };
  /** Line feeds before `end`. */
  readonly lines: number;
  readonly problems: readonly Problem[];
  /** Smallest and largest time of the rows that count; null without any. */
  readonly firstRowAt: number | null;
  readonly lastRowAt: number | null;
  /** Largest time of a row that looks like a health probe: a local peer, or a HealthMailbox user. */
  readonly lastProbeAt: number | null;
  /** The bytes end in the middle of a row: it was read when the file is finished, and is left when not. */
  readonly unterminated: boolean;
}
