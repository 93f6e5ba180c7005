/**
 * A slice's events become finished chunks: per partition NDJSON in rising order of offset, each chunk chained to the
 * lane's previous event in its partition. Pure; what is cut here is stored and sent as it is, whatever happens to the
 * file, the rules or the program afterwards.
 */
import type { ConnectionEvent } from '../../event/connection-event.ts';
import { encodeEvent } from '../../event/ndjson.ts';
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
    const line = `${encodeEvent(event)}\n`;
    const bytes = Buffer.byteLength(line);
    const partition = partitionOf(event.address, plan.partitions);
    let draft = drafts.get(partition);
    if (draft !== undefined && draft.bytes + bytes > plan.bytesMax) {
      chunks.push(finish(draft, plan));
      draft = newDraft(partition, event.offset, { slice: plan.slice, offset: draft.lastOffset });
      drafts.set(partition, draft);
    } else if (draft === undefined) {
      draft = newDraft(partition, event.offset, plan.previous(partition) ?? null);
      drafts.set(partition, draft);
    }
    draft.lines.push(line);
    draft.bytes += bytes;
    draft.lastOffset = event.offset;
  }
  for (const draft of drafts.values()) chunks.push(finish(draft, plan));
  return chunks;
}

interface Draft {
  readonly partition: number;
  readonly previous: ChunkHeaders['previous'];
  readonly firstOffset: number;
  readonly lines: string[];
  bytes: number;
  lastOffset: number;
}

function newDraft(partition: number, offset: number, previous: ChunkHeaders['previous']): Draft {
  return { partition, previous, firstOffset: offset, lines: [], bytes: 0, lastOffset: offset };
}

function finish(draft: Draft, plan: CutPlan): Chunk {
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
    body: Buffer.from(draft.lines.join('')),
    events: draft.lines.length,
  };
}

/** An event is known by its offset alone, so two at one offset would be taken for one: a defect of the reader. */
function inOrder(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  const sorted = events.toSorted((a, b) => a.offset - b.offset);
  for (const [index, event] of sorted.entries()) {
    if (index > 0 && event.offset === sorted[index - 1]?.offset) {
      throw new Error(`two events of ${event.file} begin at byte ${event.offset}`);
    }
  }
  return sorted;
}
