/**
 * How chunks rest in the outbox: each as the record that it is on the wire, without a key, zstd, level 1. So it is
 * compressed once, where it is stored, and can be sent as it lies there.
 */
import { zstdDecompressSync } from 'node:zlib';
import type { ChunkHeaders } from './chunk.ts';
import { encodeHeaders } from './chunk-codec.ts';
import { encodeRecord } from './record-batch.ts';
import { zstd } from './zstd.ts';

/** Synchronous, as all of it: it runs in the outbox's worker. The answer has its memory for itself. */
export function pack(headers: ChunkHeaders, body: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstd(encodeRecord({ value: body, headers: encodeHeaders(headers) })));
}

/** `bytes`: what the body measured when it was packed; another size is damage. */
export function unpack(packed: Uint8Array, headers: ChunkHeaders, bytes: number): Buffer {
  const overhead = encodeRecord({ value: null, headers: encodeHeaders(headers) }).length + 2 * varintBytesMax;
  const body = recordValue(zstdDecompressSync(packed, { maxOutputLength: bytes + overhead }));
  if (body?.length !== bytes) throw new Error(`a chunk of ${bytes} bytes came out of the outbox with ${body?.length}`);
  return body;
}

/** Of the lengths of a record and of its value. */
const varintBytesMax = 5;
const noKey = 1;

/** The value of a record without a key; null where it is no such record. */
export function recordValue(record: Buffer): Buffer | null {
  const length = readVarint(record, 0);
  if (length === null) return null;
  // Behind attributes, difference of time, difference of offset.
  const key = length.end + 3;
  const value = readVarint(record, key + 1);
  if (record[key] !== noKey || value === null || value.end + value.number > record.length) return null;
  return record.subarray(value.end, value.end + value.number);
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
