import type { ConnectionEvent } from '../event/connection-event.ts';
import type { ProblemReason } from './problem.ts';
import type { Protocol } from '../event/protocol.ts';
import type { RowFields } from './row.ts';
import type { ServerTally } from './server-rows.ts';
import type { ReaderCaches, UserValue } from './reader-caches.ts';
import type { Verdict } from './pop-imap/verdict.ts';

/**
 * One kind of log: its columns, and what its rows mean. Framing, headers, quoting, times and counting are the same for
 * all of them; each kind has a folder of its own with a format in it.
 */
export interface LogFormat {
  /** How its files are named, and those of its neighbours that are known so that they can be left alone. */
  readonly series: readonly LogSeries[];
  /** Columns of a file that has no header. */
  readonly defaultColumns: readonly string[];
  /** In lower case. Without these no row can be read, so a line that lacks one is no header. The first is the time. */
  readonly neededColumns: readonly [time: string, ...others: string[]];
  /** Rows of a file are in the order of time, so that a time can be searched for. */
  readonly isInOrder: boolean;
  readRows(slice: SliceContext): FormatRows;
}

/** Files whose names begin alike, `PREFIX2026112010-1.LOG`, and follow each other. */
export interface LogSeries {
  /** Upper case. */
  readonly prefix: string;
  readonly protocol: Protocol;
  /** False: such files are ignored, because their clients are no clients or are counted elsewhere. */
  readonly isCounted: boolean;
}

/** What a row's meaning depends on besides the row. */
export interface RowOptions {
  readonly protocol: Protocol;
  /** Key of the server; of rows that name one themselves, where they do not. */
  readonly server: string;
  /** Goes into the events as it is. */
  readonly file: string;
  readonly caches: ReaderCaches;
  /** Hears of each row that decides a login, as far as rows are wanted. */
  readonly onLogin?: (login: LoginRow) => void;
  /**
   * Takes in wanted rows in place of events, from formats that can tell them alone (POP3 and IMAP4): for who adds up
   * all rows of a client anyway. `onLogin` hears nothing of these.
   */
  readonly onRow?: (row: ClientRow) => void;
}

/** What one row says of its client. The same object comes again with the next row. */
export interface ClientRow {
  readonly server: string;
  readonly address: string;
  /** The local `address:port` that was dialled; null when the log does not say. */
  readonly endpoint: string | null;
  readonly time: number;
  readonly isOpening: boolean;
  readonly isCommand: boolean;
  readonly received: number;
  readonly sent: number;
  readonly user: UserValue;
  readonly verdict: Verdict;
}

export interface LoginRow {
  readonly server: string;
  readonly address: string;
  /** What is kept of the name; blank when the row names none, or it is withheld. */
  readonly user: string;
  readonly succeeded: boolean;
  readonly at: number;
}

export interface SliceContext {
  readonly bytes: Buffer;
  /** Offset of the bytes in their file. */
  readonly offset: number;
  readonly options: RowOptions;
  /** What is read of a server, by its key. */
  server(key: string): ServerTally;
  /** Notes a problem of a row by where it stands in the bytes. */
  note(reason: ProblemReason, start: number, end: number): void;
}

/** A row with the columns of its header and a readable time. */
export interface TimedRow {
  readonly fields: RowFields;
  /** Where it stands in the slice's bytes, without its line end. */
  readonly start: number;
  readonly end: number;
  readonly time: number;
  /** Whether it may make events: not outside `since` and `until`. It is read and checked all the same. */
  readonly isWanted: boolean;
}

/** Reads the rows of one slice. */
export interface FormatRows {
  /** In rising order of the offset of their first row. */
  readonly events: readonly ConnectionEvent[];
  /** The server of the row that was read last, if that row counts. */
  readonly server: ServerTally;
  readonly lastProbeAt: number | null;
  /** The columns from here on, in lower case; called before the first row. */
  useColumns(names: readonly string[]): void;
  /** What became of the row: it counts, it is ignored by rule, or it is invalid for a reason. */
  read(row: TimedRow): 'counted' | 'ignored' | ProblemReason;
}
