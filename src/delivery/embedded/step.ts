import type { ConnectionEvent } from '../../event/connection-event.ts';
import type { Bookkeeping, Slice } from '../delivery.ts';
import type { FileRecord, LaneRecord } from '../records.ts';
import type { Urgency, Waiting } from './pace.ts';

interface Promised {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface PendingSlice extends Promised {
  readonly slice: Slice;
}

export interface HandedSlice extends PendingSlice {
  readonly events: readonly ConnectionEvent[];
}

interface HandedRecord extends Promised {
  readonly change: Bookkeeping;
}

export type Handed = HandedSlice | HandedRecord;

/** What is in a step: its events are in the overlay, and not kept. */
export type Pending = PendingSlice | HandedRecord;

export function isSlice<Item extends Pending>(pending: Item): pending is Extract<Item, PendingSlice> {
  return 'slice' in pending;
}

/** Server and last row time of an event that came in live. */
export interface LiveEvent {
  readonly server: string;
  readonly last: number;
}

/** What goes into one transaction, but for the sightings, which the overlay keeps. The last word on a record counts. */
export class Step {
  readonly handed: Pending[] = [];
  readonly lanes = new Map<string, LaneRecord>();
  readonly files = new Map<string, FileRecord>();
  readonly forgottenFiles = new Set<string>();
  readonly liveEvents: LiveEvent[] = [];
  events = 0;
  #since = 0;
  #latest = 0;
  #bytes = 0;
  #readingBack = true;
  #urgency: Urgency = 'paced';

  get isEmpty(): boolean {
    return this.handed.length === 0;
  }

  /** `now` is monotonic. */
  add(handed: Handed, now: number): void {
    if (this.isEmpty) this.#since = now;
    this.#latest = now;
    if (isSlice(handed)) return this.#addSlice(handed);
    this.handed.push(handed);
    this.#addRecord(handed.change);
  }

  waiting(keys: number): Waiting {
    const [since, latest, bytes] = [this.#since, this.#latest, this.#bytes];
    return { since, latest, bytes, keys, readingBack: this.#readingBack, urgency: this.#urgency };
  }

  #addSlice({ slice, events, resolve, reject }: HandedSlice): void {
    this.handed.push({ slice, resolve, reject });
    this.#putFile(slice.file);
    this.#bytes += slice.end - slice.start;
    this.events += events.length;
    if (slice.readingBack) return;
    this.#readingBack = false;
    for (const { server, last } of events) this.liveEvents.push({ server, last });
  }

  #addRecord(change: Bookkeeping): void {
    this.#urgency = 'soon';
    for (const lane of change.lanes ?? []) this.lanes.set(lane.id, lane);
    for (const file of change.files ?? []) this.#putFile(file);
    for (const id of change.forgottenFiles ?? []) {
      this.files.delete(id);
      this.forgottenFiles.add(id);
    }
  }

  #putFile(file: FileRecord): void {
    this.forgottenFiles.delete(file.id);
    this.files.set(file.id, file);
  }
}
