import type { FileRecord } from '../delivery/records.ts';
import type { LogFileName } from '../exchange-log/file-name.ts';
import { nothingRead } from './fingerprint.ts';
import type { OpenFile } from './handles.ts';
import type { Waiting } from './turns.ts';

/**
 * One file that is followed: how far it is durable, how far it is read, and what our own opens and reads have shown
 * of it. Belongs to one lane, which alone changes it.
 */
export class FollowedFile implements Waiting {
  readonly id: string;
  name: LogFileName;
  /** The folder as it was reached: with the name's prefix, the series that it belongs to. */
  folder: string;
  /** As the delivery's state holds it; null = not yet. */
  durable: FileRecord | null;
  /** As it will stand when everything that was handed over is durable. */
  read: FileRecord;
  /** Slices handed over and not yet durable. */
  inFlight = 0;
  /** Something of `read` other than the position waits to be stored. */
  isDirty = false;

  /** Held open; null = opened for each look. */
  held: OpenFile | null = null;
  /** Largest end that a handle or a read has shown. */
  size: number;
  /** Largest end that our own reads have shown, since the start: what growth is measured by. */
  readTo = 0;
  /** The first bytes as far as they were read, up to the prefix's length: what the prefix grows from. Null = to be read again. */
  head: Buffer | null;
  /** NULs were seen from the position up to here: not written yet. */
  nulsUntil = 0;
  /** The last read did not reach the end. */
  isCatchingUp = false;
  /** The last read was not enough for a whole row. */
  isStuck = false;

  /** The newest of its series. */
  hot = false;
  /** One of the two newest, or was the newest while we looked. */
  isRecent = false;
  /** There may be something to read: in the lane's `Turns`. */
  isWaiting = false;
  /** Complete scans in a row that have missed it; 0 = it is there as far as we know. */
  missedScans = 0;
  /** Monotonic milliseconds of the first of them. */
  missedAt = 0;
  /** Its unread bytes were counted as lost. */
  isLost = false;
  /** Why it must be read from 0 again, once nothing of it is in flight. */
  restart: 'truncated' | 'rewritten' | null = null;

  /** Monotonic milliseconds. */
  notBefore = 0;
  nextProbeAt = 0;
  quietSince = 0;

  constructor(name: LogFileName, folder: string, durable: FileRecord | null, read: FileRecord) {
    this.id = read.id;
    this.name = name;
    this.folder = folder;
    this.durable = durable;
    this.read = read;
    this.size = Math.max(read.offset, read.sizeSeen ?? 0);
    this.head = read.offset === 0 ? Buffer.alloc(0) : null;
  }

  get isLive(): boolean {
    return this.hot || this.isRecent || this.missedScans > 0;
  }

  get path(): string {
    return this.read.path;
  }

  /** Bytes that are there, as far as we know, and not durable. */
  get backlogBytes(): number {
    return this.isLost || this.read.finished ? 0 : Math.max(0, this.size - (this.durable?.offset ?? 0));
  }

  /** Everything that was read is durable. */
  get isSettled(): boolean {
    return this.inFlight === 0 && !this.isDirty;
  }

  /** Bytes that were seen and not read, and are not counted as lost. */
  get unreadBytes(): number {
    return this.isLost || this.read.finished ? 0 : Math.max(0, this.size - this.read.offset);
  }

  /** A record was handed over. */
  hand(record: FileRecord): void {
    this.read = record;
    this.isDirty = false;
    this.inFlight++;
  }

  /** It has come back, durable or (null) refused: in the order in which records were handed over. */
  arrive(durable: FileRecord | null): void {
    this.inFlight--;
    if (durable !== null) this.durable = durable;
  }

  /** Changes what is kept of the file besides its position. */
  note(change: Partial<FileRecord>): void {
    this.read = { ...this.read, ...change };
    this.isDirty = true;
  }

  /** Starts from 0 in a new epoch: what was read is gone. */
  beginAgain(): void {
    this.read = { ...this.read, ...fromTheStart, epoch: this.read.epoch + 1 };
    this.durable = null;
    this.isDirty = true;
    this.restart = null;
    this.size = 0;
    this.readTo = 0;
    this.head = Buffer.alloc(0);
    this.nulsUntil = 0;
  }

  /** More was read than is durable. */
  get isAhead(): boolean {
    const { read, durable } = this;
    return read.offset !== (durable?.offset ?? 0) || (durable !== null && durable.epoch !== read.epoch);
  }

  /** Takes the position back to what is durable. */
  rewind(): void {
    const { path, locator, lane, missingSince } = this.read;
    this.read =
      this.durable === null
        ? { ...this.read, ...fromTheStart }
        : { ...this.durable, path, locator, lane, missingSince };
    this.head = this.read.offset === 0 ? Buffer.alloc(0) : null;
    this.nulsUntil = 0;
  }
}

/** The position in a file of which nothing was read. */
export const fromTheStart = {
  prefix: nothingRead,
  guard: nothingRead,
  offset: 0,
  columns: null,
  skippingFrom: null,
  extraColumnsNoted: false,
  sizeSeen: 0,
  finished: false,
} as const;
