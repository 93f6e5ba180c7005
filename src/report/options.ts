import type { Readable } from 'node:stream';
import type { Protocol } from '../event/protocol.ts';
import type { OwnPrefix } from '../exchange-log/file-name.ts';
import type { ServerAssignment } from '../exchange-log/server-name.ts';
import type { UserPrivacy } from '../exchange-log/user-privacy.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ConfiguredAddress } from '../inventory/own-addresses.ts';
import type { RangeMap } from '../inventory/range-map.ts';
import type { Status } from '../inventory/status.ts';
import type { Clock } from '../runtime/clock.ts';

/** What a report is made of. Nothing is looked up elsewhere: no configuration, no environment. */
export interface ReportOptions {
  /** Folders, files, or `-` for standard input; relative ones from `directory`. */
  readonly paths: readonly string[];
  readonly directory: string;
  readonly standardInput: Readable;
  /** Name of this host: the server of logs whose path names none. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Only these protocols are shown; one alone is also that of `-` and of files whose name says nothing. Empty = all. */
  readonly protocols: readonly Protocol[];
  readonly servers: readonly ServerAssignment[];
  readonly prefixes: readonly OwnPrefix[];
  /** Only rows of `since <= time < until`. Milliseconds since the epoch, UTC. */
  readonly since: number | null;
  readonly until: number | null;
  readonly inventory: Inventory;
  readonly ownAddresses: readonly ConfiguredAddress[];
  /** Configured balancers and canaries. */
  readonly probes: RangeMap<unknown>;
  /** Only clients of these statuses are shown. Empty = all. */
  readonly only: readonly Status[];
  /** What is kept of user names. */
  readonly users: UserPrivacy;
  /** How many threads may read, this one included. */
  readonly threads: number;
  /** Another thread reads for each of so many bytes; less is not worth it. */
  readonly threadBytes: number;
  /** Larger files are read in parts of about this size, which threads share. */
  readonly partBytes: number;
  readonly progress: ReportProgress;
}

/** For a progress bar. */
export interface ReportProgress {
  /** All inputs are found; `bytes` is what their files hold by now. */
  started(files: number, bytes: number): void;
  /** Bytes were read, in one step. */
  read(bytes: number): void;
}

const mib = 1024 * 1024;

/** Starting a thread takes 60 ms, in which one reads 8 MiB; merging what a part adds up to takes a tenth of reading it. */
export const shares: Pick<ReportOptions, 'threadBytes' | 'partBytes'> = { threadBytes: 16 * mib, partBytes: 64 * mib };

export const noProgress: ReportProgress = { started: () => {}, read: () => {} };
