import type { FileRecord } from '../records.ts';
import type { Bookkeeping } from '../delivery.ts';
import { LaneBook } from './lane-book.ts';
import type { OutboxContent, StoredChunk } from './outbox.ts';

/** The books of all lanes, and which lane a file belongs to. */
export class LaneBooks {
  readonly #content: OutboxContent;
  readonly #books = new Map<string, LaneBook>();
  readonly #laneOfFile = new Map<string, string>();

  constructor(content: OutboxContent) {
    this.#content = content;
    for (const file of content.agent.files) this.knowFile(file);
    for (const chunk of content.waiting) this.of(chunk).stored(chunk);
  }

  of(chunk: StoredChunk): LaneBook {
    return this.get(chunk.headers.lane);
  }

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
