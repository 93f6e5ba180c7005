/**
 * The transactional outbox: what it holds and what can be asked of it. A slice's chunks and the file's new position
 * become durable in one transaction; a chunk leaves when its partition has acknowledged it. What is in here is sent,
 * whatever happens to the file, the rules or the program afterwards, so nothing is read twice because of a crash.
 */
import type { LedgerEntry } from '../../event/agent-report.ts';
import type { Bookkeeping } from '../delivery.ts';
import type { AgentState, FileRecord } from '../records.ts';
import type { ChunkHeaders } from './chunk.ts';
import type { StoredWireLane } from './wire-lane.ts';

/** A chunk as the outbox knows it, without its body. */
export interface StoredChunk {
  /** Rises in the order of storing. Never reused while the process lives. */
  readonly id: number;
  readonly partition: number;
  readonly headers: ChunkHeaders;
  /** Of the body before compression. */
  readonly bytes: number;
  readonly events: number;
  /** Wall clock when its slice was read. */
  readonly readAt: number;
}

/** A chunk on its way into the outbox. */
export interface CutChunk extends StoredChunk {
  /** Has its memory for itself. */
  readonly body: Buffer<ArrayBuffer>;
}

/** A chunk of this size is sent alone, as it was packed; smaller ones share a request, and are compressed together. */
export const largeChunkBytes = 64 * 1024;

export function isLarge({ bytes }: Pick<StoredChunk, 'bytes'>): boolean {
  return bytes >= largeChunkBytes;
}

/** All chunks of a change, in order. */
export function chunksOf(change: OutboxWrite): CutChunk[] {
  return change.steps.flatMap((step) => (step.kind === 'slice' ? step.chunks : []));
}

/** What one transaction changes. Everything in it happens, in this order, or nothing does. */
export interface OutboxWrite {
  readonly steps: readonly OutboxStep[];
  readonly acknowledged: Acknowledged;
}

/** What leaves the outbox: chunks, and the highest place acknowledged of each lane in each partition. */
export interface Acknowledged {
  readonly ids: readonly number[];
  readonly ledger: readonly LanePlace[];
}

export type OutboxStep =
  | {
      readonly kind: 'slice';
      /** The wire lane. */
      readonly lane: string;
      /** Its number; null where the slice has no events, and needs none. */
      readonly slice: number | null;
      readonly file: FileRecord;
      readonly chunks: readonly CutChunk[];
    }
  | { readonly kind: 'record'; readonly change: Bookkeeping };

export interface LanePlace extends LedgerEntry {
  readonly lane: string;
}

/** What the state held when it was opened. */
export interface OutboxContent {
  readonly agent: AgentState;
  /** Of the topic, as chunks were first cut for it; null before. */
  readonly partitions: number | null;
  /** Id of the machine that last used the state; null before. */
  readonly machine: string | null;
  /** Of lanes that bear another id on the wire than that of their record. */
  readonly wireLanes: readonly StoredWireLane[];
  /** Last slice number given, by wire lane; so are the places. */
  readonly slices: ReadonlyMap<string, number>;
  /** Last event cut, per lane and partition. */
  readonly cut: readonly LanePlace[];
  /** Last event acknowledged, per lane and partition. */
  readonly acknowledged: readonly LanePlace[];
  /** Not yet acknowledged, in the order of storing. */
  readonly waiting: readonly StoredChunk[];
}

export interface Outbox extends AsyncDisposable {
  readonly content: OutboxContent;
  /**
   * Resolves when all of it is durable, rejects when none of it is. Takes the bodies of large chunks, and answers what
   * they were packed into, in their order.
   */
  write(change: OutboxWrite): Promise<readonly Uint8Array[]>;
  /** Chunks that wait, packed, in the order of `ids`. */
  packed(ids: readonly number[]): Promise<readonly Uint8Array[]>;
  settle(facts: OutboxFacts): Promise<void>;
}

/** What is known once, or changes hardly ever. */
export interface OutboxFacts {
  readonly partitions?: number;
  readonly machine?: string;
  /** Id that reports bear from now on. */
  readonly agent?: string;
  readonly wireLanes?: readonly StoredWireLane[];
}
