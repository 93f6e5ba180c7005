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
import type { Chunk, ChunkHeaders } from './chunk.ts';
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
  /** Of a chunk's body; a single line that is longer makes a chunk of its own. */
  readonly bytesMax: number;
  /** The lane's last event in a partition; undefined before the first. */
  readonly previous: (partition: number) => EventPlace | undefined;
}

/** What a topic's `max.message.bytes` leaves for a body: the limit is meant with headers, before or after compression. */
export function bodyBytesMax(messageBytesMax: number): number {
  return Math.max(bodyBytesMin, Math.min(chunkBytesMax, messageBytesMax - headersBytes));
}

const headersBytes = 4096;
const bodyBytesMin = 1024;

/** Chunks in the order in which they have to be stored; empty where the slice has no events. */
export function cutSlice(events: readonly ConnectionEvent[], plan: CutPlan): Chunk[] {
  const drafts = new Map<number, Draft>();
  const chunks: Chunk[] = [];
  for (const event of inOrder(events)) {
    const partition = partitionOf(event.address, plan.partitions);
    let draft = drafts.get(partition);
    if (draft === undefined) {
      draft = newDraft(partition, event.offset, plan.previous(partition) ?? null);
      drafts.set(partition, draft);
    }
    const { lines } = draft;
    const before = lines.length;
    writeEvent(lines, event);
    lines.byte(lineFeed);
    if (before > 0 && lines.length > plan.bytesMax) {
      chunks.push(finish(draft, before, plan));
      lines.dropBefore(before);
      draft.previous = { slice: plan.slice, offset: draft.lastOffset };
      draft.firstOffset = event.offset;
      draft.events = 0;
    }
    draft.events++;
    draft.lastOffset = event.offset;
  }
  for (const draft of drafts.values()) {
    chunks.push(finish(draft, draft.lines.length, plan));
    spareLines.push(draft.lines);
  }
  return chunks;
}

const lineFeed = 0x0a;

/** A chunk in the making. */
interface Draft {
  readonly partition: number;
  readonly lines: LineBytes;
  previous: ChunkHeaders['previous'];
  firstOffset: number;
  lastOffset: number;
  events: number;
}

/** Room to write in, one for each partition, used again and again. */
const spareLines: LineBytes[] = [];
const linesBytes = 64 * 1024;

function newDraft(partition: number, offset: number, previous: ChunkHeaders['previous']): Draft {
  const lines = spareLines.pop() ?? new LineBytes(linesBytes);
  lines.clear();
  return { partition, lines, previous, firstOffset: offset, lastOffset: offset, events: 0 };
}

function finish(draft: Draft, bytes: number, plan: CutPlan): Chunk {
  return {
    partition: draft.partition,
    headers: {
      schema: chunkSchema,
      lane: plan.lane,
      run: plan.run,
      runFirst: plan.runFirst,
      slice: plan.slice,
      firstOffset: draft.firstOffset,
      lastOffset: draft.lastOffset,
      previous: draft.previous,
      partitions: plan.partitions,
      readingBack: plan.readingBack,
      agentName: plan.agentName,
    },
    body: draft.lines.copy(0, bytes),
    events: draft.events,
  };
}

/** An event is known by its offset alone, so two at one offset would be taken for one: a defect of the reader. */
function inOrder(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
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
