/**
 * Where counting stands in one partition, and whether the log still is the one it was read from. A position outside
 * the log is reset silently by kafkajs, and a topic that was made anew and has grown past the position gives no error
 * at all: so the record before the position is remembered by its fingerprint and read again first.
 */
import { createHash } from 'node:crypto';
import type { IHeaders } from '../client.ts';

export interface Position {
  /** Next record to read. */
  readonly offset: number;
  /** Fingerprint of the record before it; null = none was read yet. */
  readonly fingerprint: string | null;
}

export const firstPosition: Position = { offset: 0, fingerprint: null };

/** A record as it is read from a topic. */
export interface LogRecord {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly headers: IHeaders | undefined;
  readonly value: Buffer | null;
}

/** Offsets of a partition: the earliest record, and the next one to be written. */
export interface LogRange {
  readonly low: number;
  readonly high: number;
}

const fingerprintValueBytes = 512;

export function fingerprintOf(record: LogRecord): string {
  const hash = createHash('sha256').update(`${record.timestamp} ${record.value?.length ?? -1}\n`);
  for (const [name, value] of Object.entries(record.headers ?? {})) {
    hash.update(`${name}=${String(value)}\n`);
  }
  if (record.value !== null) hash.update(record.value.subarray(0, fingerprintValueBytes));
  return hash.digest('base64url').slice(0, 22);
}

export type ReadingPlan =
  /** Read from the position on. */
  | { readonly kind: 'continue'; readonly from: number }
  /** Read the record before the position first: it must have this fingerprint. */
  | { readonly kind: 'verify'; readonly from: number; readonly fingerprint: string }
  /** The log is not the one that was read: say so, and read from the earliest record. */
  | { readonly kind: 'lost'; readonly from: number; readonly reason: string };

/** How to read on from a position (null = the partition was never counted), given what the log holds. */
export function planReading(position: Position | null, log: LogRange): ReadingPlan {
  if (position === null) return { kind: 'continue', from: log.low };
  const { offset, fingerprint } = position;
  if (offset < log.low) {
    return { kind: 'lost', from: log.low, reason: `the log begins at ${log.low}, counting had come to ${offset}` };
  }
  if (offset > log.high) {
    return { kind: 'lost', from: log.low, reason: `the log ends at ${log.high}, counting had come to ${offset}` };
  }
  // Nothing before the position is left (a quiet topic after its retention): nothing to compare, and nothing missing.
  if (fingerprint === null || offset === log.low) return { kind: 'continue', from: offset };
  return { kind: 'verify', from: offset - 1, fingerprint };
}
