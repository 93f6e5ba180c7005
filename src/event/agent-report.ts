import type { Protocol } from './protocol.ts';

/** Highest (slice, offset) of a lane that the broker has acknowledged in one partition. */
export interface LedgerEntry {
  readonly partition: number;
  readonly slice: number;
  readonly offset: number;
}

/** That a lane stands in place of another one, because the agent's state turned out to be a rolled-back or copied one. */
export interface LaneReplacement {
  readonly lane: string;
  /** When it was found out. */
  readonly at: number;
  readonly reason: 'rolled back' | 'copied';
}

/** What an agent says of one lane: one followed root of one server and protocol. Counters count from `startedAt`. */
export interface LaneReport {
  readonly lane: string;
  readonly server: string;
  readonly protocol: Protocol;
  readonly root: string;
  /** Time of the last scan that listed the root without error; null before the first. */
  readonly lastScanAt: number | null;
  /** Why the last scan failed, in words; null while scans succeed. */
  readonly scanError: string | null;
  readonly filesFollowed: number;
  /** Log files of this protocol found by the last complete scan, read or not. */
  readonly filesFound: number;
  readonly backlogBytes: number;
  /** Unread bytes in files that have been deleted or are about to be, or whose folder is away or followed no more. */
  readonly bytesAtRisk: number;
  /** Bytes known to be gone unread, since the lane was made; and when the last of them went. */
  readonly bytesLost: number;
  readonly lostAt: number | null;
  /** Largest row time read, front-end rows only; null before the first. */
  readonly lastRowAt: number | null;
  /** Largest time of a row that looks like a health probe (loopback or own address, or a HealthMailbox user). */
  readonly lastProbeAt: number | null;
  readonly rows: { readonly event: number; readonly ignored: number; readonly error: number };
  /** Reading back: bytes done and to do when the lane began; `done` never turns false again. */
  readonly readBack: { readonly done: boolean; readonly bytesRead: number; readonly bytesTotal: number };
  readonly fileEpochs: Readonly<Record<string, number>>;
  readonly watcherErrors: number;
  readonly publishErrors: number;
  /** Rows and events that can never be counted: put aside, and those that could not be. */
  readonly deadLetters: number;
  readonly deadLettersLost: number;
  readonly outboxBytes: number;
  /** When the oldest slice that is not yet acknowledged was read; null when nothing waits. */
  readonly oldestUnackedAt: number | null;
  readonly ledger: readonly LedgerEntry[];
  readonly replaces?: LaneReplacement;
}

/** One agent's word on one server, sent every 10 s (with Kafka) or every second (in one process). */
export interface AgentReport {
  readonly schema: 1;
  /** Random id of the agent's state directory. */
  readonly agent: string;
  readonly name: string;
  readonly version: string;
  readonly server: string;
  readonly startedAt: number;
  /** The agent's wall clock when it sent this. */
  readonly at: number;
  readonly intervalMs: number;
  readonly lanes: readonly LaneReport[];
}
