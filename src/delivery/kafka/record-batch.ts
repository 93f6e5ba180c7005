/**
 * Kafka's record batches (format 2), written and read in one go over one buffer. kafkajs makes several objects and a
 * buffer of 512 bytes for each record, which costs more than all else that is done for one.
 *
 *     offset 8, length 4, leader epoch 4, magic 1, crc-32c 4, attributes 2, last offset delta 4, first and max timestamp
 *     8 each, producer id 8 and epoch 2, first sequence 4, records 4, then each record:
 *     length, attributes 1, timestamp delta, offset delta, key, value, headers; in between zigzag varints
 */
import { crc32c } from './crc32c.ts';

/** As kafkajs has it from its callers. */
export interface RecordToWrite {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly timestamp?: string | number;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[] | undefined>>;
  /** What the codec of the batch makes of `encodeRecord`: a record that is alone in its batch is sent as it lies there. */
  readonly packed?: Uint8Array;
}

type HeaderValue = Buffer | string;

export interface BatchOptions {
  readonly isTransactional: boolean;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  /** For records without a timestamp of their own; milliseconds since the epoch. */
  readonly now: number;
  /** Number of the codec, 0 for none, and how it compresses. */
  readonly codec: number;
  readonly compress: (bytes: Buffer) => Promise<Buffer>;
}

const headBytes = 61;
const crcAt = 17;
const attributesAt = 21;
const transactionalBit = 16;
const noHeaders = {};

/** The bytes of one batch. */
export async function recordBatch(records: readonly RecordToWrite[], options: BatchOptions): Promise<Buffer> {
  const timestamps = records.map(({ timestamp }) => (timestamp === undefined ? options.now : Number(timestamp)));
  const first = timestamps.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  const last = timestamps.reduce((most, one) => Math.max(most, one), first);
  const written = (start: number): Buffer => {
    const writer = new RecordWriter(start);
    for (const [index, record] of records.entries()) {
      writer.record(record, index, (timestamps[index] ?? first) - first);
    }
    return writer.written();
  };
  const packed = records.length === 1 ? records[0]?.packed : undefined;
  const batch =
    options.codec === 0
      ? written(headBytes)
      : Buffer.concat([Buffer.alloc(headBytes), packed ?? (await options.compress(written(0)))]);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(0, 12);
  batch[16] = 2;
  batch.writeInt16BE(options.codec | (options.isTransactional ? transactionalBit : 0), attributesAt);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(first), 27);
  batch.writeBigInt64BE(BigInt(last), 35);
  batch.writeBigInt64BE(options.producerId, 43);
  batch.writeInt16BE(options.producerEpoch, 51);
  batch.writeInt32BE(options.firstSequence, 53);
  batch.writeInt32BE(records.length, 57);
  batch.writeUInt32BE(crc32c(batch, attributesAt), crcAt);
  return batch;
}

/** A record as it stands in a batch of its own: the batch's own time, the first offset. */
export function encodeRecord(record: RecordToWrite): Buffer {
  const writer = new RecordWriter(0);
  writer.record(record, 0, 0);
  return writer.written();
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

function bytesOf(value: Buffer | string | null | undefined): number {
  if (value === null || value === undefined) return -1;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

/** With its length before it, which is 1 byte (-1) where there is none. */
function sizeWithLength(bytes: number): number {
  return bytes < 0 ? 1 : varintBytes(bytes) + bytes;
}

class RecordWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #at: number;

  constructor(start: number) {
    this.#at = start;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  record({ key, value, headers = noHeaders }: RecordToWrite, offset: number, timestamp: number): void {
    const keyBytes = bytesOf(key);
    const valueBytes = bytesOf(value);
    const pairs = headerPairs(headers);
    let size = 1 + varintBytes(timestamp) + varintBytes(offset) + sizeWithLength(keyBytes) + sizeWithLength(valueBytes);
    size += varintBytes(pairs.length);
    for (const [name, one] of pairs) size += sizeWithLength(bytesOf(name)) + sizeWithLength(bytesOf(one));
    this.#reserve(size + 10);
    this.#varint(size);
    this.#bytes[this.#at++] = 0;
    this.#varint(timestamp);
    this.#varint(offset);
    this.#sized(key, keyBytes);
    this.#sized(value, valueBytes);
    this.#varint(pairs.length);
    for (const [name, one] of pairs) {
      this.#sized(name, bytesOf(name));
      this.#sized(one, bytesOf(one));
    }
  }

  #sized(value: Buffer | string | null | undefined, bytes: number): void {
    if (value === null || value === undefined) {
      // Zigzag of -1.
      this.#bytes[this.#at++] = 1;
      return;
    }
    this.#varint(bytes);
    if (typeof value === 'string') this.#bytes.write(value, this.#at, bytes);
    else this.#bytes.set(value, this.#at);
    this.#at += bytes;
  }

  /** Not negative, below 2^52. */
  #varint(value: number): void {
    let rest = value * 2;
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function headerPairs(headers: NonNullable<RecordToWrite['headers']>): [name: string, value: HeaderValue][] {
  const pairs: [string, HeaderValue][] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value === 'string' || Buffer.isBuffer(value)) pairs.push([name, value]);
    else for (const one of value) pairs.push([name, one]);
  }
  return pairs;
}
