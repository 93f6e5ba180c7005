import type { Protocol } from '../event/protocol.ts';
import type { ReaderState } from '../exchange-log/slice.ts';

/** A part of a file: the lines that begin from `start` on and before `end`. */
export interface FileRange {
  readonly start: number;
  /** Infinity = to the end of the file. */
  readonly end: number;
  /** How to read its first line; null = as the head of the file suggests, to be checked when the part before is read. */
  readonly state: ReaderState | null;
}

/** A file to read, or a part of it; crosses threads. */
export interface ReadTask {
  /** Place of its file among the files of the report. */
  readonly file: number;
  /** Of the parts of its file. */
  readonly part: number;
  readonly path: string;
  readonly protocol: Protocol;
  readonly server: string;
  /** Place of its format among `formats`; -1 = to be told by its head. */
  readonly format: number;
  /** The file gets no more rows: a last row without its line end is one. */
  readonly isFinished: boolean;
  readonly bytes: number;
  /** Null = all of it. */
  readonly range: FileRange | null;
}

/** What is known of an input, or of a part of it, once it is read; what it adds up to is in a tally. Crosses threads. */
export interface ReadOutcome {
  /** It could be opened. */
  readonly isOpened: boolean;
  /** Those that its rows name. */
  readonly servers: readonly string[];
  readonly lines: number;
  /** Each reason once; `line` is the number of lines before the first of them, null where it has none. */
  readonly problems: readonly { readonly line: number | null; readonly reason: string; readonly count: number }[];
  /** It ended in the middle of a row that was not read. */
  readonly isUnterminated: boolean;
  /** In words, what the operating system said; null when all was read. */
  readonly failure: string | null;
  /** How its first line was read, and how the next one would be. */
  readonly stateBefore: ReaderState;
  readonly stateAfter: ReaderState;
}
