/**
 * The answer to a fetch of version 11, as kafkajs reads it, only quicker: a record costs it several buffers and numbers
 * of 64 bits, and a collector that starts reads millions of them.
 */

export interface FetchedRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, FetchedHeader>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

type FetchedHeader = Buffer | null | (Buffer | null)[];

interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedRecord[];
}

export interface FetchAnswer {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

/** The version that is read here: that of every broker since 2.3. */
export const fetchVersion = 11;

/** Unpacks the records of a batch; `attributes` tell the codec. */
export type Decompress = (attributes: number, bytes: Buffer) => Promise<Buffer>;

const magic = 2;
/** Of a batch: its offset and length, and all that stands before its records. */
const lengthEnd = 12;
const recordsAt = 61;
const codecBits = 7;
const appendTimeBit = 8;
const transactionalBit = 16;
const controlBit = 32;

/** Null when a partition holds records of an older format, which kafkajs must read. */
export async function decodeFetch(bytes: Buffer, decompress: Decompress): Promise<FetchAnswer | null> {
  const from = new Cursor(bytes);
  const clientSideThrottleTime = from.int32();
  const errorCode = from.int16();
  const sessionId = from.int32();
  const responses: { topicName: string; partitions: FetchedPartition[] }[] = [];
  for (let topics = from.int32(); topics > 0; topics--) {
    const topicName = from.text();
    const partitions: FetchedPartition[] = [];
    for (let left = from.int32(); left > 0; left--) {
      const head = partitionHead(from);
      const length = Math.max(0, from.int32());
      const records = bytes.subarray(from.at, from.at + length);
      from.at += records.length;
      if (records.length > 16 && records[16] !== magic) return null;
      const messages = records.length < length ? [] : await decodeBatches(records, decompress);
      partitions.push({ ...head, messages });
    }
    responses.push({ topicName, partitions });
  }
  // As kafkajs has it: the broker did not wait, and expects its client to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function partitionHead(from: Cursor): Omit<FetchedPartition, 'messages'> {
  const partition = from.int32();
  const errorCode = from.int16();
  const highWatermark = from.int64();
  const lastStableOffset = from.int64();
  const lastStartOffset = from.int64();
  const abortedTransactions: { producerId: string; firstOffset: string }[] = [];
  for (let left = from.int32(); left > 0; left--) {
    abortedTransactions.push({ producerId: from.int64(), firstOffset: from.int64() });
  }
  const preferredReadReplica = from.int32();
  const about = { partition, errorCode, highWatermark, lastStableOffset, lastStartOffset };
  return { ...about, abortedTransactions, preferredReadReplica };
}

/** The last batch may be cut off: then it is left out. */
async function decodeBatches(bytes: Buffer, decompress: Decompress): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  for (let start = 0; start + recordsAt <= bytes.length;) {
    const end = start + lengthEnd + bytes.readInt32BE(start + 8);
    if (end > bytes.length) break;
    const attributes = bytes.readInt16BE(start + 21);
    const count = bytes.readInt32BE(start + 57);
    const packed = bytes.subarray(start + recordsAt, end);
    const body = (attributes & codecBits) === 0 ? packed : await decompress(attributes, packed);
    readRecords(new Cursor(body), count, contextOf(bytes, start, attributes), records);
    start = end;
  }
  return records;
}

function contextOf(bytes: Buffer, start: number, attributes: number): BatchContext {
  return {
    firstOffset: String(bytes.readBigInt64BE(start)),
    firstTimestamp: String(bytes.readBigInt64BE(start + 27)),
    partitionLeaderEpoch: bytes.readInt32BE(start + 12),
    inTransaction: (attributes & transactionalBit) !== 0,
    isControlBatch: (attributes & controlBit) !== 0,
    lastOffsetDelta: bytes.readInt32BE(start + 23),
    producerId: String(bytes.readBigInt64BE(start + 43)),
    producerEpoch: bytes.readInt16BE(start + 51),
    firstSequence: bytes.readInt32BE(start + 53),
    maxTimestamp: String(bytes.readBigInt64BE(start + 35)),
    timestampType: (attributes & appendTimeBit) === 0 ? 0 : 1,
    magicByte: magic,
  };
}

function readRecords(from: Cursor, count: number, batchContext: BatchContext, into: FetchedRecord[]): void {
  const firstOffset = Number(batchContext.firstOffset);
  const firstTimestamp = Number(batchContext.firstTimestamp);
  const isAppendTime = batchContext.timestampType === 1;
  for (let left = count; left > 0; left--) {
    const end = from.varint() + from.at;
    const attributes = from.int8();
    const timestampDelta = from.varint();
    const offset = String(firstOffset + from.varint());
    const timestamp = isAppendTime ? batchContext.maxTimestamp : String(firstTimestamp + timestampDelta);
    const key = from.sized();
    const value = from.sized();
    const headers = readHeaders(from);
    const isControlRecord = batchContext.isControlBatch;
    into.push({ magicByte: magic, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext });
    from.at = end;
  }
}

/** A name that comes again has a list of values. */
function readHeaders(from: Cursor): Record<string, FetchedHeader> {
  let left = from.varint();
  if (left === 0) return {};
  const headers = new Map<string, FetchedHeader>();
  for (; left > 0; left--) {
    const name = String(from.sized() ?? '');
    const value = from.sized();
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else headers.set(name, Array.isArray(before) ? [...before, value] : [before, value]);
  }
  return Object.fromEntries(headers);
}

class Cursor {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return ((this.#bytes[this.at++] as number) << 24) >> 24;
  }

  int16(): number {
    this.at += 2;
    return this.#bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }

  int64(): string {
    this.at += 8;
    return String(this.#bytes.readBigInt64BE(this.at - 8));
  }

  text(): string {
    const length = this.int16();
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }

  /** Zigzag, up to 2^52. */
  varint(): number {
    let byte = this.#bytes[this.at++] as number;
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 127;
    let factor = 128;
    do {
      byte = this.#bytes[this.at++] as number;
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte >= 128);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  sized(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
