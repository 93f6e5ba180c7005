import type { Protocol } from '../event/protocol.ts';
import type { LogFileName } from '../exchange-log/file-name.ts';

/** The name of standard input among paths. */
export const standardInputPath = '-';

/** A log file that will be read. */
export interface InputFile {
  /** As it was reached: what names it to people, and names its server. */
  readonly path: string;
  /** The folder as it was reached. */
  readonly folder: string;
  readonly protocol: Protocol;
  /** By its path. SMTP rows name theirs themselves, mostly. */
  readonly server: string;
  /** What its name says; null when its protocol was named by hand. */
  readonly name: LogFileName | null;
  /** Size and time of the last change when it was found. */
  readonly bytes: number;
  readonly changedAt: number;
}

/** A server and protocol that has a place for logs, whether or not any are there. */
export interface LogSource {
  readonly server: string;
  readonly protocol: Protocol;
}

/** An input that could not be read; the report says so, and its exit status. */
export interface UnreadableInput {
  readonly path: string;
  /** In words, for people. */
  readonly reason: string;
}

export interface FoundInput {
  readonly files: readonly InputFile[];
  /** Whose log standard input is; null when it is not read. */
  readonly standardInput: LogSource | null;
  readonly sources: readonly LogSource[];
  /** Log files that are known by name and never counted: back end, sent mail. */
  readonly ignoredFiles: number;
  readonly unreadable: readonly UnreadableInput[];
  /** PATHs below which there was no log at all. */
  readonly emptyPaths: readonly string[];
  /** Paths whose logs were named after this host, since nothing else named a server. */
  readonly guessedPaths: readonly string[];
}
