/** The events of a chunk's body, and the lines that are none. */
import type { ConnectionEvent } from '../../../event/connection-event.ts';
import { decodeEvent, EventFormatError } from '../../../event/ndjson.ts';
import { PlainLineReader } from '../../../event/plain-line.ts';
import type { ChunkHeaders } from '../chunk.ts';
import { partitionOf } from '../partition.ts';

export interface ChunkEvents {
  readonly events: readonly ConnectionEvent[];
  /** Lines that are no event, or no event that this chunk can hold. */
  readonly unreadable: readonly string[];
}

const lineFeed = 10;
const plainLines = new PlainLineReader();

export function chunkEvents(chunk: ChunkHeaders, partition: number, body: Buffer | null): ChunkEvents {
  const events: ConnectionEvent[] = [];
  const unreadable: string[] = [];
  const end = body === null ? 0 : body.length;
  for (let start = 0, next = 0; body !== null && start < end; start = next + 1) {
    next = body.indexOf(lineFeed, start);
    if (next === -1) next = end;
    const event = plainLines.read(body, start, next) ?? eventOf(body.toString('utf8', start, next));
    if (event !== null && belongs(event, chunk, partition)) events.push(event);
    else unreadable.push(body.toString('utf8', start, next));
  }
  return { events, unreadable };
}

function eventOf(line: string): ConnectionEvent | null {
  try {
    return decodeEvent(line);
  } catch (error) {
    if (error instanceof EventFormatError) return null;
    throw error;
  }
}

/** In another partition the same client has another sighting, and both would be one in what is shown. */
function belongs(event: ConnectionEvent, chunk: ChunkHeaders, partition: number): boolean {
  if (event.offset < chunk.firstOffset || event.offset > chunk.lastOffset) return false;
  return partitionOf(event.address, chunk.partitions) === partition;
}
