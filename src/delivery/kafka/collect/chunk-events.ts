/** The events of a chunk's body, and the lines that are none. */
import type { ConnectionEvent } from '../../../event/connection-event.ts';
import { decodeEvent, EventFormatError } from '../../../event/ndjson.ts';
import type { ChunkHeaders } from '../chunk.ts';
import { partitionOf } from '../partition.ts';

export interface ChunkEvents {
  readonly events: readonly ConnectionEvent[];
  /** Lines that are no event, or no event that this chunk can hold. */
  readonly unreadable: readonly string[];
}

export function chunkEvents(chunk: ChunkHeaders, partition: number, body: Buffer | null): ChunkEvents {
  const lines = body === null ? [] : body.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const events: ConnectionEvent[] = [];
  const unreadable: string[] = [];
  for (const line of lines) {
    const event = eventOf(line);
    if (event !== null && belongs(event, chunk, partition)) events.push(event);
    else unreadable.push(line);
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
