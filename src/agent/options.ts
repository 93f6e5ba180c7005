import type { DeadLetterBox } from '../delivery/dead-letters/dead-letter.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { AgentReports } from '../delivery/counting.ts';
import type { Protocol } from '../event/protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

/** One PATH to follow. */
export interface FollowedPath {
  /** A folder, searched for log files at any depth, or a file. */
  readonly path: string;
  /** Names the server of everything below; found from the path where it is left out. */
  readonly server?: string;
  /** Only these protocols; all that are read where it is left out. */
  readonly protocols?: readonly Protocol[];
  /** Prefix of the file names where it was changed on the server. */
  readonly prefix?: string;
  /** How often the folders are listed: 1 s, on a share 5 s, where it is left out. */
  readonly scanEveryMs?: number;
  /** Be woken by the file system; off on shares where it is left out. */
  readonly watch?: boolean;
}

export interface AgentLimits {
  /** Log files held open at a time. */
  readonly handlesMax: number;
  /** Bytes that are read and not yet durable; reading waits when they are reached. */
  readonly inFlightBytesMax: number;
  /** Largest slice: what a file gets in one turn. */
  readonly sliceBytesMax: number;
  /** Log files of one PATH; more of them are an error of the scan. */
  readonly filesMax: number;
}

export const defaultLimits: AgentLimits = {
  handlesMax: 64,
  inFlightBytesMax: 8 * 1024 * 1024,
  sliceBytesMax: 4 * 1024 * 1024,
  filesMax: 1_000_000,
};

/** How long things may take or must have lasted. Milliseconds. */
export interface AgentTimes {
  /** Wake-ups that come together are one. */
  readonly wakeDelayMs: number;
  /** A file is gone when complete scans have missed it for this long: its unread bytes count as lost. */
  readonly goneAfterMs: number;
  /** A file that complete scans have missed for this long is forgotten. */
  readonly forgetAfterMs: number;
  /** A file of an older period that has not grown for this long, by our own reads, is finished. */
  readonly finishedAfterMs: number;
  /** First and longest pause after a refused delivery or a file that cannot be opened. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
}

export const defaultTimes: AgentTimes = {
  wakeDelayMs: 100,
  goneAfterMs: 60_000,
  forgetAfterMs: 30 * 86_400_000,
  finishedAfterMs: 3_600_000,
  backoffFirstMs: 500,
  backoffMaxMs: 30_000,
};

export interface AgentOptions {
  readonly name: string;
  readonly version: string;
  /** Names the server where neither the option nor the path does. */
  readonly hostName: string;
  readonly logs: readonly FollowedPath[];
  /** How far a lane reads back when it is made: milliseconds, null = all, 'none' = only what comes. */
  readonly readBackMs: number | null | 'none';
  readonly delivery: Delivery;
  /** Where rows go that cannot be read; without it they are only counted. */
  readonly deadLetters?: DeadLetterBox;
  /** False: what such a row says is withheld, because it may name a user. */
  readonly keepUnreadable?: boolean;
  readonly reports: AgentReports;
  /** 1 s in one process, 10 s with Kafka. */
  readonly reportEveryMs: number;
  /** What is kept of a user name; null = nothing. Applied before events are made. */
  readonly keepUser?: (user: string) => string | null;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly limits?: Partial<AgentLimits>;
  readonly times?: Partial<AgentTimes>;
}
