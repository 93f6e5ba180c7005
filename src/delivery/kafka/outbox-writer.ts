/**
 * Brings what was handed over into the outbox: cut, packed and stored in one transaction with the position of its
 * file, several waiting slices at a time. Bounded: while the outbox is full, or a lane's partition refuses what it is
 * sent, slices wait here, and their files are the spool.
 */
import type { ConnectionEvent } from '../../event/connection-event.ts';
import type { Bookkeeping, Slice } from '../delivery.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { Chunk } from './chunk.ts';
import { cutEvents, inOrder } from './cut.ts';
import type { Piece } from './cut.ts';
import { FileOrder } from './file-order.ts';
import type { CutSettings, LaneDraft } from './lane-book.ts';
import type { LaneBooks } from './lane-books.ts';
import { chunksOf, isLarge } from './outbox.ts';
import type { CutChunk, Outbox, OutboxStep } from './outbox.ts';
import { OutboxRoom, bytesOfPieces } from './outbox-room.ts';
import type { QueuedChunk } from './partition-queue.ts';
import { WaitingLine } from './waiting-line.ts';

export interface OutboxWriterParts {
  readonly outbox: Outbox;
  readonly books: LaneBooks;
  /** Asked before each slice is cut; null until the number of partitions is known. */
  readonly settings: () => CutSettings | null;
  /** A chunk of this lane is refused at the moment. */
  readonly pinned: (lane: string) => boolean;
  readonly onStored: (chunks: readonly QueuedChunk[]) => void;
  /** Acknowledged chunks could not be removed; they stay, and are tried again. */
  readonly onCleaningFailed: (error: unknown) => void;
  /** Of all chunks that wait, before compression. */
  readonly bytesMax: number;
}

interface Settle {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
interface HandedSlice extends Settle {
  readonly lanes: readonly [string];
  readonly slice: Slice;
  /** As long as they cannot be cut. */
  events: readonly ConnectionEvent[];
  pieces: readonly Piece[] | null;
}
interface HandedRecord extends Settle {
  readonly lanes: readonly string[];
  readonly change: Bookkeeping;
}
type Handed = HandedSlice | HandedRecord;

const groupBytesMax = 8 * 1024 * 1024;
const cleaningEveryMs = 500;
const cleaningRetryMs = 10_000;

export class OutboxWriter {
  readonly #parts: OutboxWriterParts;
  readonly #line = new WaitingLine<Handed>();
  readonly #acknowledgements = new Acknowledgements();
  readonly #order: FileOrder;
  readonly #room: OutboxRoom;
  #lastId = 0;
  #busy = false;
  #closed = false;
  #cleaning: NodeJS.Timeout | null = null;
  #cleaningDue = false;
  #onRest: (() => void)[] = [];

  constructor(parts: OutboxWriterParts) {
    this.#parts = parts;
    const { agent, waiting } = parts.outbox.content;
    this.#order = new FileOrder(agent.files);
    this.#room = new OutboxRoom(parts.bytesMax);
    for (const chunk of waiting) {
      this.#room.add(chunk.bytes);
      this.#lastId = chunk.id;
    }
  }

  /** Of the chunks that are stored and not acknowledged. */
  get waiting(): { readonly chunks: number; readonly bytes: number } {
    return { chunks: this.#room.chunks, bytes: this.#room.bytes };
  }

  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    return this.#hand((settle) => {
      const sorted = inOrder(events);
      this.#order.take(slice);
      this.#parts.books.knowFile(slice.file);
      const handed: HandedSlice = {
        slice,
        events: sorted,
        pieces: events.length === 0 ? [] : null,
        lanes: [slice.lane.id],
        ...settle,
      };
      this.#piecesOf(handed);
      return handed;
    });
  }

  record(change: Bookkeeping): Promise<void> {
    return this.#hand((settle) => {
      this.#order.record(change);
      return { change, lanes: this.#parts.books.lanesOf(change), ...settle };
    });
  }

  /** When the oldest slice of a lane that is not yet stored was read. */
  oldestReadAt(lane: string): number | null {
    const first = this.#line.find((item) => 'slice' in item && item.lanes[0] === lane);
    return first !== undefined && 'slice' in first ? first.slice.readAt : null;
  }

  /** The broker has these. They leave with the next transaction. */
  acknowledged(chunks: readonly QueuedChunk[]): void {
    for (const chunk of chunks) {
      this.#acknowledgements.add(chunk.id, this.#parts.books.of(chunk).acknowledged(chunk));
      this.#room.free(chunk.bytes);
    }
    this.#cleanIn(cleaningEveryMs);
    this.proceed();
  }

  /** Looks again at what waits: there may be room, or the topic known, or a lane no longer refused. */
  proceed(): void {
    if (this.#busy) return;
    this.#busy = true;
    void this.#store();
  }

  /** Resolves when nothing waits to be stored and everything stored is acknowledged. */
  async whenIdle(): Promise<void> {
    while (this.#busy || this.#room.chunks > 0 || !this.#line.isEmpty) await this.#rest();
  }

  /** What is not stored is rejected; acknowledgements that are known are stored. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#cleaning !== null) clearTimeout(this.#cleaning);
    for (const item of this.#line.clear()) item.reject(new Error('the delivery is closed'));
    while (this.#busy) await this.#rest();
    if (!this.#acknowledgements.isEmpty) await this.#commit([]);
  }

  #hand(item: (settle: Settle) => Handed): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('the delivery is closed'));
      this.#line.push(item({ resolve, reject }));
      this.proceed();
    });
  }

  async #store(): Promise<void> {
    for (;;) {
      const group = this.#closed ? [] : this.#takeGroup();
      if (group.length === 0 && !this.#cleaningDue) break;
      await this.#commit(group);
    }
    this.#busy = false;
    for (const resolve of this.#onRest.splice(0)) resolve();
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => this.#onRest.push(resolve));
  }

  #takeGroup(): Handed[] {
    let taken = 0;
    // Nothing passes a slice that waits for room, or a large one would wait for ever.
    let full = false;
    return this.#line.take((item) => {
      if (!('slice' in item)) return true;
      const pieces = this.#piecesOf(item);
      if (pieces?.length === 0) return true;
      if (pieces === null || this.#parts.pinned(this.#parts.books.wireOf(item.lanes[0]).id)) return false;
      const bytes = bytesOfPieces(pieces);
      const groupFull = taken > 0 && taken + bytes > Math.min(groupBytesMax, this.#room.bytesMax);
      full ||= groupFull || !this.#room.has(taken + bytes);
      if (!full) taken += bytes;
      return !full;
    });
  }

  /**
   * Cut as soon as the topic is known, not when it is stored: bytes may wait, but of objects that wait for a commit a
   * collector of garbage copies each, twice. Null before.
   */
  #piecesOf(item: HandedSlice): readonly Piece[] | null {
    if (item.pieces !== null) return item.pieces;
    const settings = this.#parts.settings();
    if (settings === null) return null;
    item.pieces = cutEvents(item.events, settings);
    item.events = [];
    return item.pieces;
  }

  /** Never rejects: whoever handed something over is told. */
  async #commit(group: readonly Handed[]): Promise<void> {
    const drafts = new Map<string, LaneDraft>();
    const acknowledged = this.#acknowledgements.take();
    this.#cleaningDue = false;
    try {
      const steps = group.map((item) => this.#step(item, drafts));
      const change = { steps, acknowledged };
      const packed = (await this.#parts.outbox.write(change)).values();
      for (const [lane, draft] of drafts) this.#parts.books.get(lane).adopt(draft);
      this.#adopt(
        chunksOf(change).map((chunk) =>
          isLarge(chunk) ? { ...chunk, body: null, packed: packed.next().value ?? null } : { ...chunk, packed: null },
        ),
      );
      for (const item of group) this.#durable(item);
    } catch (error) {
      for (const [lane, draft] of drafts) this.#parts.books.get(lane).discard(draft);
      this.#acknowledgements.putBack(acknowledged);
      this.#order.goBack();
      // All that waits: what comes after in a lane must not be stored, and a state that cannot be written serves none.
      for (const item of [...group, ...this.#line.clear()]) item.reject(error);
      if (group.length === 0) this.#parts.onCleaningFailed(error);
      if (!this.#acknowledgements.isEmpty) this.#cleanIn(cleaningRetryMs);
    }
  }

  #durable(item: Handed): void {
    this.#order.becameDurable('slice' in item ? { files: [item.slice.file] } : item.change);
    item.resolve();
  }

  #step(item: Handed, drafts: Map<string, LaneDraft>): OutboxStep {
    if (!('slice' in item)) return { kind: 'record', change: item.change };
    const { slice, pieces } = item;
    // A draft is of a wire lane: another one may come into use while this one is being stored.
    const lane = this.#parts.books.wireOf(item.lanes[0]).id;
    if (pieces?.length === 0) return { kind: 'slice', lane, slice: null, file: slice.file, chunks: [] };
    const settings = this.#parts.settings();
    if (settings === null || pieces === null) throw new Error('the number of partitions is not known');
    const draft = drafts.get(lane) ?? this.#parts.books.get(lane).draft();
    drafts.set(lane, draft);
    const chunks = draft.number(slice, pieces, settings).map((chunk) => this.#number(chunk, slice.readAt));
    return { kind: 'slice', lane, slice: draft.slice, file: slice.file, chunks };
  }

  #number({ partition, headers, body, events }: Chunk, readAt: number): CutChunk {
    return { id: ++this.#lastId, partition, headers, bytes: body.length, events, readAt, body };
  }

  #adopt(queued: readonly QueuedChunk[]): void {
    for (const chunk of queued) {
      this.#room.add(chunk.bytes);
      this.#parts.books.of(chunk).stored(chunk);
    }
    this.#parts.onStored(queued);
  }

  #cleanIn(ms: number): void {
    if (this.#closed || this.#cleaning !== null) return;
    this.#cleaning = setTimeout(() => {
      this.#cleaning = null;
      this.#cleaningDue = !this.#acknowledgements.isEmpty;
      this.proceed();
    }, ms);
  }
}
