/**
 * A slice's events become finished chunks: per partition NDJSON in rising order of offset, each chunk chained to the
 * lane's previous event in its partition. Pure; what is cut here is stored and sent as it is, whatever happens to the
 * file, the rules or the program afterwards.
 */
import type { ConnectionEvent } from '../../event/connection-event.ts';
import { LineBytes } from '../../event/line-bytes.ts';
import { writeEvent } from '../../event/write-event.ts';
import { chunkSchema } from './chunk-codec.ts';
import { chunkBytesMax } from './chunk.ts';
import type { Chunk } from './chunk.ts';
import { partitionOf } from './partition.ts';

/** Where an event stands in its lane. Rises from event to event in every partition. */
export interface EventPlace {
  readonly slice: number;
  readonly offset: number;
}

export interface CutPlan {
  readonly lane: string;
  readonly run: string;
  readonly runFirst: number;
  readonly slice: number;
  readonly partitions: number;
  readonly readingBack: boolean;
  readonly agentName: string;
  /** The lane's last event in a partition; undefined before the first. */
  readonly previous: (partition: number) => EventPlace | undefined;
}

export interface CutLimits {
  readonly partitions: number;
  /** Of a chunk's body; a single line that is longer makes a chunk of its own. */
  readonly bytesMax: number;
}

/** What a topic's `max.message.bytes` leaves for a body: the limit is meant with headers, before or after compression. */
export function bodyBytesMax(messageBytesMax: number): number {
  return Math.max(bodyBytesMin, Math.min(chunkBytesMax, messageBytesMax - headersBytes));
}

const headersBytes = 4096;
const bodyBytesMin = 1024;

/** Events of one partition, written: a chunk but for the number of its slice and its place in the chain. */
export interface Piece {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly body: Buffer<ArrayBuffer>;
  readonly events: number;
}

/**
 * Pieces in the order in which they have to be stored; none where there are no events. Events must be in rising order
 * of offset (`inOrder`).
 */
export function cutEvents(events: readonly ConnectionEvent[], { partitions, bytesMax }: CutLimits): Piece[] {
  const drafts = new Map<number, Draft>();
  const pieces: Piece[] = [];
  for (const event of events) {
    const partition = partitionOf(event.address, partitions);
    let draft = drafts.get(partition);
    if (draft === undefined) {
      draft = newDraft(partition, event.offset);
      drafts.set(partition, draft);
    }
    const { lines } = draft;
    const before = lines.length;
    writeEvent(lines, event);
    lines.byte(lineFeed);
    if (before > 0 && lines.length > bytesMax) {
      pieces.push(finish(draft, before));
      lines.dropBefore(before);
      draft.firstOffset = event.offset;
      draft.events = 0;
    }
    draft.events++;
    draft.lastOffset = event.offset;
  }
  for (const draft of drafts.values()) {
    pieces.push(finish(draft, draft.lines.length));
    spareLines.push(draft.lines);
  }
  return pieces;
}

/** The pieces of one slice as chunks. */
export function chainPieces(pieces: readonly Piece[], plan: CutPlan): Chunk[] {
  const { lane, run, runFirst, slice, partitions, readingBack, agentName } = plan;
  const last = new Map<number, EventPlace>();
  return pieces.map(({ partition, firstOffset, lastOffset, body, events }) => {
    const previous = last.get(partition) ?? plan.previous(partition) ?? null;
    last.set(partition, { slice, offset: lastOffset });
    const place = { slice, firstOffset, lastOffset, previous };
    const headers = { schema: chunkSchema, lane, run, runFirst, ...place, partitions, readingBack, agentName };
    return { partition, headers, body, events };
  });
}

const lineFeed = 0x0a;

/** A piece in the making. */
interface Draft {
  readonly partition: number;
  readonly lines: LineBytes;
  firstOffset: number;
  lastOffset: number;
  events: number;
}

/** Room to write in, one for each partition, used again and again. */
const spareLines: LineBytes[] = [];
const linesBytes = 64 * 1024;

function newDraft(partition: number, offset: number): Draft {
  const lines = spareLines.pop() ?? new LineBytes(linesBytes);
  lines.clear();
  return { partition, lines, firstOffset: offset, lastOffset: offset, events: 0 };
}

function finish({ partition, lines, firstOffset, lastOffset, events }: Draft, bytes: number): Piece {
  return { partition, firstOffset, lastOffset, body: lines.copy(0, bytes), events };
}

/**
 * In rising order of offset. An event is known by its offset alone, so two at one offset would be taken for one: a
 * defect of the reader, and an error here.
 */
export function inOrder(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  let isSorted = true;
  for (let index = 1; index < events.length && isSorted; index++) {
    isSorted = (events[index - 1] as ConnectionEvent).offset < (events[index] as ConnectionEvent).offset;
  }
  if (isSorted) return events;
  const sorted = events.toSorted((a, b) => a.offset - b.offset);
  for (const [index, event] of sorted.entries()) {
    if (index > 0 && event.offset === sorted[index - 1]?.offset) {
      throw new Error(`two events of ${event.file} begin at byte ${event.offset}`);
    }
  }
  return sorted;
}
