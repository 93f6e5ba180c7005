/**
 * A record as it stands in a batch of format 2, alone: no key, the batch's own time, the first offset. Written here and
 * not by kafkajs, so that a chunk can be compressed once, where it is stored, and travel as it lies there.
 */
const noKey = 1;

/** The record of a value and its headers. */
export function encodeRecord(value: Uint8Array, headers: Readonly<Record<string, string>>): Buffer {
  const head = headersBytes(headers);
  // Attributes, difference of time, difference of offset: all 0.
  const start = Buffer.from([0, 0, 0, noKey, ...varint(value.length)]);
  const length = Buffer.from(varint(start.length + value.length + head.length));
  return Buffer.concat([length, start, value, head]);
}

/** Most that a record takes beside its value. */
export function recordOverheadBytes(headers: Readonly<Record<string, string>>): number {
  return headersBytes(headers).length + 4 + 3 * varintBytesMax;
}

/** The value of what `encodeRecord` made; null where it is no such record. */
export function recordValue(record: Buffer): Buffer | null {
  const length = readVarint(record, 0);
  if (length === null) return null;
  const key = length.end + 3;
  const value = readVarint(record, key + 1);
  if (record[key] !== noKey || value === null || value.end + value.number > record.length) return null;
  return record.subarray(value.end, value.end + value.number);
}

function headersBytes(headers: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [Buffer.from(varint(Object.keys(headers).length))];
  for (const text of Object.entries(headers).flat()) {
    const bytes = Buffer.from(text);
    parts.push(Buffer.from(varint(bytes.length)), bytes);
  }
  return Buffer.concat(parts);
}

const varintBytesMax = 5;

/** A number of 0 or more as a signed one of variable length: its lowest bit is the sign, seven bits a byte. */
function varint(number: number): number[] {
  const bytes: number[] = [];
  let rest = number * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

function readVarint(bytes: Buffer, at: number): { readonly number: number; readonly end: number } | null {
  let number = 0;
  for (let index = 0; index < varintBytesMax; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return null;
    number += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return number % 2 === 0 ? { number: number / 2, end: at + index + 1 } : null;
  }
  return null;
}
