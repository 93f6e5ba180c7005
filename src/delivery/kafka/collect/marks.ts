/**
 * What has been counted of every lane in one partition, and the judgement of what arrives. Marks are the reason that
 * duplicates, replays and a restart at the earliest record are harmless.
 *
 * A mark per lane and run holds the highest place that was applied. Places of one run rise in the order in which its
 * chunks are published, so everything at or below the mark has been counted, and nothing above it has.
 */
import type { ChunkHeaders } from '../chunk.ts';

/** Where an event stands in its lane: the slice's number, and the byte offset of its first row. */
export interface Place {
  readonly slice: number;
  readonly offset: number;
}

export interface Mark extends Place {
  readonly lane: string;
  readonly run: string;
  /** First slice number of the run. */
  readonly runFirst: number;
  /** Offset in the topic, and timestamp, of the record that moved the mark last. */
  readonly record: number;
  readonly at: number;
}

/** The marks of one lane by run. */
export type LaneMarks = ReadonlyMap<string, Mark>;

export function comparePlaces(a: Place, b: Place): number {
  return a.slice - b.slice || a.offset - b.offset;
}

export function laterPlace(a: Place | null, b: Place | null): Place | null {
  if (a === null || b === null) return a ?? b;
  return comparePlaces(a, b) >= 0 ? a : b;
}

export interface Judgement {
  /** Events at or below this place have been counted; null = none of this run. */
  readonly counted: Place | null;
  /** All of the chunk has been counted. */
  readonly duplicate: boolean;
  /** The lane had an event in this partition before this one that never arrived. */
  readonly gap: boolean;
  /** Runs whose slice numbers overlap this one's: a state that was rolled back or cloned. */
  readonly overlaps: readonly string[];
}

const noMarks: LaneMarks = new Map();

/**
 * What a chunk is, beside the marks of its lane. `knownGap` is the place up to which missing events have been
 * declared already.
 */
export function judge(lane: LaneMarks | undefined, chunk: ChunkHeaders, knownGap: Place | null): Judgement {
  const marks = lane ?? noMarks;
  const counted = marks.get(chunk.run) ?? null;
  if (counted !== null && comparePlaces({ slice: chunk.slice, offset: chunk.lastOffset }, counted) <= 0) {
    return { counted, duplicate: true, gap: false, overlaps: [] };
  }
  const highest = laterPlace(highestPlace(marks), knownGap);
  const { previous } = chunk;
  const gap = previous !== null && (highest === null || comparePlaces(previous, highest) > 0);
  return { counted, duplicate: false, gap, overlaps: overlappingRuns(marks, chunk) };
}

/** Whether an event at this offset of the judged chunk has been counted. */
export function isCounted(judgement: Judgement, slice: number, offset: number): boolean {
  return judgement.counted !== null && comparePlaces({ slice, offset }, judgement.counted) <= 0;
}

/** Highest place of the lane over all its runs. */
export function highestPlace(marks: LaneMarks): Place | null {
  let highest: Place | null = null;
  for (const mark of marks.values()) highest = laterPlace(highest, mark);
  return highest;
}

/**
 * Slice numbers come from a durable counter and are never reused, so the numbers of two runs never overlap, unless
 * the counter itself went back.
 */
function overlappingRuns(marks: LaneMarks, chunk: ChunkHeaders): string[] {
  const runs: string[] = [];
  for (const other of marks.values()) {
    if (other.run === chunk.run) continue;
    if (chunk.runFirst <= other.slice && other.runFirst <= chunk.slice) runs.push(other.run);
  }
  return runs;
}

/** The mark of the chunk's run once all of the chunk is applied. */
export function markAfter(chunk: ChunkHeaders, record: { readonly offset: number; readonly at: number }): Mark {
  return {
    lane: chunk.lane,
    run: chunk.run,
    runFirst: chunk.runFirst,
    slice: chunk.slice,
    offset: chunk.lastOffset,
    record: record.offset,
    at: record.at,
  };
}
