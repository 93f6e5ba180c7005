import type { Protocol } from '../event/protocol.ts';

/**
 * One followed root of one server and protocol. Everything that must be in order is in order per lane. The id is
 * random and lives in the agent's state: a lost state directory is a new lane.
 */
export interface LaneRecord {
  readonly id: string;
  readonly server: string;
  readonly protocol: Protocol;
  /** The root as it was found: real path of the folder. */
  readonly root: string;
  /** Rows before this time are not read back; null = all. Fixed when the lane is made. Milliseconds since the epoch. */
  readonly horizon: number | null;
  readonly createdAt: number;
  readonly readBackDone: boolean;
  /** Bytes known to be gone unread, and when the last of them went. */
  readonly bytesLost: number;
  readonly lostAt: number | null;
}

/** A hash over part of a file: evidence that a path still names the same bytes. */
export interface RangeHash {
  /** First byte and length of what was hashed. */
  readonly start: number;
  readonly length: number;
  /** SHA-256, hex. */
  readonly hash: string;
}

/**
 * The durable position in one file. `id` is random and is the only identity; path, locator, prefix and guard are
 * evidence that a path still names this file.
 */
export interface FileRecord {
  readonly id: string;
  readonly lane: string;
  readonly path: string;
  /** `dev:ino` in decimal of the 64-bit values, or null where the file system gives none (inode 0). */
  readonly locator: string | null;
  /** Growing prefix, past the shared header where the file is that long. */
  readonly prefix: RangeHash;
  /** The up to 256 raw bytes before `offset`. */
  readonly guard: RangeHash;
  /** Everything before this byte is read and delivered. Always a row's end, or inside an over-long row that is skipped. */
  readonly offset: number;
  /** Columns in force at `offset`, in order; null = the built-in default. */
  readonly columns: readonly string[] | null;
  /** Start of the over-long row that `offset` stands in; null = `offset` is a row's end. */
  readonly skippingFrom: number | null;
  /** A row with more columns than its header was met and counted: once a file is enough. */
  readonly extraColumnsNoted: boolean;
  /** Largest size seen when this was stored: how much goes unread with a file that is gone. */
  readonly sizeSeen?: number;
  /**
   * Largest times of a row and of a health probe that were read from it: what the logs proved last is proven after a
   * restart too. Left out where none was read, or by a version that did not keep them.
   */
  readonly lastRowAt?: number;
  readonly lastProbeAt?: number;
  /** Counted up each time the content behind the path was replaced. */
  readonly epoch: number;
  /** True once nothing more is expected: its unterminated tail, if any, has been read. */
  readonly finished: boolean;
  /** When our own reads last found new bytes; milliseconds since the epoch. */
  readonly grewAt: number;
  /** When a complete scan first missed the file; null while it is there. */
  readonly missingSince: number | null;
}

/** What an agent's state holds when it starts. */
export interface AgentState {
  /** Random id of the state directory. */
  readonly agent: string;
  readonly lanes: readonly LaneRecord[];
  readonly files: readonly FileRecord[];
}
