/**
 * What an agent has cut and not yet got confirmed, row by row: chunks can be unpacked and are chained, and no place is
 * beyond the one that it must not be beyond.
 */
import type { State } from '../store/open-state.ts';
import { startAnewWith } from '../store/state-errors.ts';
import { Findings, type StateFinding } from '../store/state-finding.ts';
import { comparePlaces } from './collect/marks.ts';
import { decodeHeaders, encodeHeaders } from './chunk-codec.ts';
import type { LanePlace, OutboxContent, StoredChunk } from './outbox.ts';
import { OutboxTables } from './outbox-tables.ts';
import { unpack } from './packing.ts';

export async function verifyOutbox(state: State): Promise<{
  readonly findings: readonly StateFinding[];
  readonly chunks: number;
}> {
  const found = new Findings();
  const problem = (text: string): void => found.add({ severity: 'problem', text, remedy: startAnewWith[state.kind] });
  const tables = new OutboxTables(state);
  const content = tables.load();
  for (const chunk of content.waiting) {
    const reason = chunkProblem(chunk, content) ?? bodyProblem(tables, chunk);
    if (reason !== null) problem(`chunk ${chunk.id} of the lane ${chunk.headers.lane} ${reason}`);
  }
  for (const text of [...chainProblems(content.waiting), ...placeProblems(content)]) problem(text);
  return { findings: found.list(), chunks: content.waiting.length };
}

function chunkProblem({ headers, partition }: StoredChunk, { partitions }: OutboxContent): string | null {
  try {
    // What could not be read on the wire must not be sent.
    decodeHeaders(encodeHeaders(headers), partition);
  } catch (error) {
    return `would be refused by every collector: ${(error as Error).message}`;
  }
  if (partitions !== null && headers.partitions !== partitions) {
    return `was cut for ${headers.partitions} partitions, the topic has ${partitions}`;
  }
  return null;
}

function bodyProblem(tables: OutboxTables, { id, headers, bytes, events }: StoredChunk): string | null {
  const [packed = new Uint8Array()] = tables.packed([id]);
  try {
    const body = unpack(packed, headers, bytes);
    const lines = body.toString('utf8').split('\n').length - 1;
    return lines === events ? null : `holds ${lines} events and says ${events}`;
  } catch (error) {
    return `cannot be unpacked: ${(error as Error).message}`;
  }
}

/** Per lane and partition each chunk follows the one before it. */
function* chainProblems(waiting: readonly StoredChunk[]): Generator<string> {
  const last = new Map<string, { readonly slice: number; readonly offset: number }>();
  for (const { id, partition, headers } of waiting) {
    const key = `${headers.lane} ${partition}`;
    const before = last.get(key);
    if (before !== undefined && (headers.previous === null || comparePlaces(headers.previous, before) !== 0)) {
      yield `chunk ${id} of the lane ${headers.lane} does not follow the one before it in partition ${partition}`;
    }
    last.set(key, { slice: headers.slice, offset: headers.lastOffset });
  }
}

function* placeProblems({ cut, acknowledged, slices, waiting }: OutboxContent): Generator<string> {
  const keyOf = ({ lane, partition }: LanePlace): string => `${lane} ${partition}`;
  const cutAt = new Map(cut.map((place) => [keyOf(place), place]));
  for (const place of cut) {
    if (place.slice <= (slices.get(place.lane) ?? 0)) continue;
    yield `the lane ${place.lane} has cut slice ${place.slice} and counted only to ${slices.get(place.lane) ?? 0}`;
  }
  for (const place of acknowledged) {
    const most = cutAt.get(keyOf(place));
    if (most !== undefined && comparePlaces(place, most) <= 0) continue;
    yield `partition ${place.partition} has confirmed more of the lane ${place.lane} than was cut for it`;
  }
  const confirmedAt = new Map(acknowledged.map((place) => [keyOf(place), place]));
  for (const { id, partition, headers } of waiting) {
    const { lane, slice, lastOffset: offset } = headers;
    const place = { lane, partition, slice, offset };
    const confirmed = confirmedAt.get(keyOf(place));
    if (confirmed === undefined || comparePlaces(place, confirmed) > 0) continue;
    yield `chunk ${id} of the lane ${lane} waits although partition ${partition} has confirmed it`;
  }
}
