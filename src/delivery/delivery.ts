import type { ConnectionEvent } from '../event/connection-event.ts';
import type { LaneReplacement, LedgerEntry } from '../event/agent-report.ts';
import type { AgentState, FileRecord, LaneRecord } from './records.ts';

/** A contiguous run of complete rows of one file, read and parsed. */
export interface Slice {
  readonly lane: LaneRecord;
  /** The file's record as it stands once this slice is durable: its `offset` is the slice's end. */
  readonly file: FileRecord;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  /** The lane has not yet caught up with what was there when it was made. */
  readonly readingBack: boolean;
  /** Wall clock when the slice was read. */
  readonly readAt: number;
}

/** Changes of the agent's records that carry no rows; applied in one transaction. */
export interface Bookkeeping {
  readonly lanes?: readonly LaneRecord[];
  readonly files?: readonly FileRecord[];
  readonly forgottenFiles?: readonly string[];
}

/** What delivery knows of one lane that the agent cannot see. */
export interface LaneDelivery {
  /** Bytes that wait for their acknowledgement, uncompressed. */
  readonly pendingBytes: number;
  readonly oldestUnackedAt: number | null;
  readonly publishErrors: number;
  readonly deadLetters: number;
  readonly ledger: readonly LedgerEntry[];
  /** The id that its events bear; that of its record where left out. */
  readonly lane?: string;
  /** Why it bears another id than before. */
  readonly replaces?: LaneReplacement;
}

/**
 * The seam between following and counting. Its promise: what `deliver` took is counted exactly once, whatever dies
 * and whenever; what it did not take is read again.
 *
 * Contract (test/contract/delivery.ts holds every implementation to it):
 * - `deliver` resolves when the events and the file's record are durable in one transaction, or rejects with both
 *   untouched. It may be called again for the next slice of a lane before it resolved; slices of one lane become
 *   durable in the order of the calls. A rejection of one slice rejects every later slice of that lane that was handed over before.
 * - While too much is in flight `deliver` simply takes longer: its caller bounds what it hands over.
 * - `record` is one transaction, in order with the slices handed over before it.
 * - `drain` resolves when all that was delivered has been passed on as far as it can be within `deadlineMs`; nothing is
 *   lost when it cannot.
 */
export interface Delivery extends AsyncDisposable {
  /** The records as the state held them at start. */
  readonly state: AgentState;
  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void>;
  record(change: Bookkeeping): Promise<void>;
  lane(id: string): LaneDelivery;
  drain(deadlineMs: number): Promise<void>;
}
