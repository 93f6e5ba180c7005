/**
 * Batches that are compressed already. kafkajs makes every batch itself: copies its records several times, and has them
 * compressed, which costs more than all else that it does. So it is given a small stand-in for the record, and what the
 * codec answers is the batch that lay ready for it.
 */
import { randomBytes } from 'node:crypto';

/** Nothing that is logged can hold it: it is drawn anew by every process. */
const mark = randomBytes(16);
const standInBytes = mark.length + 4;

const ready = new Map<number, Uint8Array>();
let lastNumber = 0;

export interface ReadyBatch extends Disposable {
  /** The value of the message that stands for all records of the batch. */
  readonly standIn: Buffer;
}

/** `records`: those of a batch of one record, compressed. Dispose of it when it was sent, or was not. */
export function readyBatch(records: Uint8Array): ReadyBatch {
  const number = (lastNumber = (lastNumber + 1) >>> 0);
  const standIn = Buffer.alloc(standInBytes);
  mark.copy(standIn);
  standIn.writeUInt32BE(number, mark.length);
  ready.set(number, records);
  return { standIn, [Symbol.dispose]: () => void ready.delete(number) };
}

/** What lies ready for these records; null where they are what they are. */
export function readyRecords(records: Buffer): Buffer | null {
  const at = ready.size === 0 ? -1 : records.subarray(0, lookBytes).indexOf(mark);
  if (at === -1) return null;
  const batch = ready.get(records.readUInt32BE(at + mark.length));
  if (batch === undefined) throw new Error('a batch was sent after it was given up');
  return Buffer.from(batch.buffer, batch.byteOffset, batch.length);
}

/** A stand-in begins right at the start of its record. */
const lookBytes = 64;
