import type { FileRecord } from '../records.ts';
import type { Bookkeeping } from '../delivery.ts';
import { LaneBook } from './lane-book.ts';
import type { OutboxContent, StoredChunk } from './outbox.ts';
import type { LaneDelivery } from '../delivery.ts';
import type { StoredWireLane, WireLane } from './wire-lane.ts';

/** The books of all wire lanes, under which of them each lane's events go, and which lane a file belongs to. */
export class LaneBooks {
  readonly #content: OutboxContent;
  readonly #books = new Map<string, LaneBook>();
  readonly #laneOfFile = new Map<string, string>();
  /** Of records, whatever their events bear. */
  readonly #lanes = new Set<string>();
  readonly #wireLanes = new Map<string, WireLane>();

  constructor(content: OutboxContent) {
    this.#content = content;
    for (const { id } of content.agent.lanes) this.#lanes.add(id);
    for (const file of content.agent.files) this.knowFile(file);
    for (const wire of content.wireLanes) this.use(wire);
    for (const chunk of content.waiting) this.of(chunk).stored(chunk);
  }

  of(chunk: StoredChunk): LaneBook {
    return this.get(chunk.headers.lane);
  }

  /** Under which id a lane's events go. */
  wireOf(lane: string): WireLane {
    return this.#wireLanes.get(lane) ?? { id: lane, replaces: null };
  }

  /** From the next slice on. */
  use({ lane, id, replaces }: StoredWireLane): void {
    this.#wireLanes.set(lane, { id, replaces });
  }

  /** The lane whose events go under this id now; null = none does. */
  laneOf(wire: string): string | null {
    for (const [lane, { id }] of this.#wireLanes) if (id === wire) return lane;
    if (this.#wireLanes.has(wire)) return null;
    return this.#lanes.has(wire) ? wire : null;
  }

  report(lane: string, firstReadAt: number | null): LaneDelivery {
    const { id, replaces } = this.wireOf(lane);
    const report = this.get(id).report(firstReadAt);
    if (replaces === null) return report;
    // What was cut before still goes out.
    const before = this.get(replaces.lane).report(firstReadAt);
    return {
      ...report,
      lane: id,
      replaces,
      pendingBytes: report.pendingBytes + before.pendingBytes,
      oldestUnackedAt: before.oldestUnackedAt ?? report.oldestUnackedAt,
      publishErrors: report.publishErrors + before.publishErrors,
      deadLetters: report.deadLetters + before.deadLetters,
    };
  }

  /** The book of a wire lane. */
  get(lane: string): LaneBook {
    let book = this.#books.get(lane);
    if (book === undefined) {
      const { slices, cut, acknowledged } = this.#content;
      const own = (place: { readonly lane: string }): boolean => place.lane === lane;
      book = new LaneBook(lane, slices.get(lane) ?? 0, cut.filter(own), acknowledged.filter(own));
      this.#books.set(lane, book);
    }
    return book;
  }

  knowFile(file: FileRecord): void {
    this.#laneOfFile.set(file.id, file.lane);
    this.#lanes.add(file.lane);
  }

  /** The lanes that a change of records touches. */
  lanesOf(change: Bookkeeping): string[] {
    const lanes = new Set<string>();
    for (const lane of change.lanes ?? []) lanes.add(lane.id);
    for (const file of change.files ?? []) {
      lanes.add(file.lane);
      this.knowFile(file);
    }
    for (const id of change.forgottenFiles ?? []) {
      const lane = this.#laneOfFile.get(id);
      if (lane !== undefined) lanes.add(lane);
      this.#laneOfFile.delete(id);
    }
    return [...lanes];
  }
}
