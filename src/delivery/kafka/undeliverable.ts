/** What becomes of a chunk that the broker refuses for good: its events, one by one, as dead letters. */
import { decodeEvent } from '../../event/ndjson.ts';
import { type DeadLetter, letterKey } from '../dead-letters/dead-letter.ts';
import type { QueuedChunk } from './partition-queue.ts';

/** @param body the chunk's body, unpacked */
export function lettersOfChunk(chunk: QueuedChunk, body: Buffer, reason: string, at: number): DeadLetter[] {
  const { lane, slice } = chunk.headers;
  const lines = body.toString('utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const event = decodeEvent(line);
    return {
      key: letterKey(lane, chunk.partition, slice, event.offset),
      kind: 'event',
      at,
      reason,
      server: event.server,
      protocol: event.protocol,
      lane,
      path: event.file,
      offset: event.offset,
      bytes: Buffer.byteLength(line),
      content: Buffer.from(line),
    };
  });
}
