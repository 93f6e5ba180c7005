import type { SliceResult } from '../exchange-log/slice.ts';

/** What one lane has done since the program started. Bytes reconcile: read = durable + in flight + refused. */
export class LaneFigures {
  bytesRead = 0;
  bytesDurable = 0;
  /** Refused by the delivery; they are read again. */
  bytesRefused = 0;
  /** Of what is durable: bytes read while reading back. */
  bytesReadBack = 0;
  readonly rows = { event: 0, ignored: 0, error: 0 };
  readonly fileEpochs: Record<string, number> = {};
  /** Rows without a line end that were read because their file was finished. */
  unterminated = 0;
  refusals = 0;
  /** Rows in error that were put aside, and those that could not be. */
  deadLetters = 0;
  deadLettersLost = 0;
  lastRowAt: number | null = null;
  lastProbeAt: number | null = null;

  /** Counts a slice once it is durable. */
  count(result: Omit<SliceResult, 'events'>, bytes: number, readingBack: boolean, wasFinished: boolean): void {
    this.bytesDurable += bytes;
    if (readingBack) this.bytesReadBack += bytes;
    this.rows.event += result.rows.event;
    this.rows.ignored += result.rows.ignored;
    this.rows.error += result.rows.invalid;
    if (wasFinished && result.unterminated) this.unterminated++;
    this.proven(result);
  }

  /** What rows prove that were read now, or before the program started. */
  proven({ lastRowAt = null, lastProbeAt = null }: Proof): void {
    this.lastRowAt = later(this.lastRowAt, lastRowAt);
    this.lastProbeAt = later(this.lastProbeAt, lastProbeAt);
  }

  /** Of a durable slice: how many of its rows in error are in the box. */
  putAside(kept: number, invalid: number): void {
    this.deadLetters += kept;
    this.deadLettersLost += invalid - kept;
  }

  newEpoch(reason: string): void {
    this.fileEpochs[reason] = (this.fileEpochs[reason] ?? 0) + 1;
  }
}

interface Proof {
  readonly lastRowAt?: number | null;
  readonly lastProbeAt?: number | null;
}

/** The later of two times; null is before any. */
export function later(left: number | null, right: number | null): number | null {
  return left === null || (right !== null && right > left) ? right : left;
}
