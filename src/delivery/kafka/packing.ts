/**
 * How chunks rest in the outbox: each as the record that it is on the wire, zstd, level 1. So it is compressed once, and
 * can be sent as it lies there.
 */
import { zstdDecompressSync } from 'node:zlib';
import type { ChunkHeaders } from './chunk.ts';
import { encodeHeaders } from './chunk-codec.ts';
import { encodeRecord, recordOverheadBytes, recordValue } from './wire-record.ts';
import { zstd } from './zstd.ts';

/** Synchronous, as all of it: it runs in the outbox's worker. The answer has its memory for itself. */
export function pack(headers: ChunkHeaders, body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstd(encodeRecord(body, encodeHeaders(headers))));
}

/** `bytes`: what the body measured when it was packed; another size is damage. */
export function unpack(packed: Uint8Array, headers: ChunkHeaders, bytes: number): Buffer {
  const maxOutputLength = bytes + recordOverheadBytes(encodeHeaders(headers));
  const body = recordValue(zstdDecompressSync(packed, { maxOutputLength }));
  if (body?.length !== bytes) throw new Error(`a chunk of ${bytes} bytes came out of the outbox with ${body?.length}`);
  return body;
}
