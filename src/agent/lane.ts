/**
 * One lane at work. Everything that concerns its files happens here, one step after the other: looking at what a scan
 * has listed, reading in turns, judging what is gone, storing what has changed. So nothing in it races, and a lane
 * whose share hangs holds up nobody else.
 */
import type { LaneRecord } from '../delivery/records.ts';
import type { LogFileName } from '../exchange-log/file-name.ts';
import type { FileRecord } from '../delivery/records.ts';
import { backoffMs } from './backoff.ts';
import type { FollowedFile } from './followed-file.ts';
import type { LaneContext } from './lane-context.ts';
import { LaneFigures } from './lane-figures.ts';
import { LaneFiles } from './lane-files.ts';
import type { LaneListing } from './look-queue.ts';
import { LaneReader } from './lane-reader.ts';
import { errorText } from './open-errors.ts';
import type { Owner } from './registry.ts';
import { Wake } from './wake.ts';

/** Files that are looked at before a file gets a turn again. */
const looksPerStep = 32;
/** A lane without anything to do looks again after this long at the latest. */
const idleMsMax = 60_000;

interface Pass {
  /** Of the listing. */
  readonly number: number;
  /** What was handed over by then must be durable. */
  readonly handed: number;
  /** Nothing was left out: the listing was complete, and every file could be read. */
  readonly isCaughtUp: boolean;
}

export class Lane implements Owner {
  readonly figures = new LaneFigures();
  readonly files: LaneFiles;
  readonly reader: LaneReader;
  readonly #context: LaneContext;
  readonly #wake = new Wake();
  #record: LaneRecord;
  #isRecordDirty: boolean;
  #failures = 0;
  #durableAtRefusal = 0;
  /** Monotonic; nothing is handed over before. */
  #notBefore = 0;
  /** Listings whose files are read to their end, up to this number. */
  #passed = 0;
  /** Of these, the ones of which something is not durable yet. */
  readonly #passes: Pass[] = [];
  #doneNumber = 0;
  #doneWaiters: { readonly number: number; readonly resolve: () => void }[] = [];
  #isActive = false;

  constructor(context: LaneContext, record: LaneRecord, isNew: boolean) {
    this.#context = context;
    this.#record = record;
    this.#isRecordDirty = isNew;
    this.files = new LaneFiles(context, this, this.figures);
    this.reader = new LaneReader(
      context,
      this.files,
      this.figures,
      () => this.#record,
      () => this.#wake.call(),
    );
  }

  get record(): LaneRecord {
    return this.#record;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  restore(record: FileRecord, name: LogFileName): void {
    this.files.restore(record, name);
    this.figures.proven(record);
  }

  giveUp(file: FollowedFile): boolean {
    if (file.inFlight > 0 || file.held !== null || this.reader.current === file) return false;
    this.files.drop(file);
    return true;
  }

  list(listing: LaneListing): void {
    this.files.list(listing);
    this.#wake.call();
  }

  /** Resolves when what a listing names was read to its end and delivered, as far as it can be read. */
  whenDone(number: number): Promise<void> {
    if (this.#doneNumber >= number) return Promise.resolve();
    return new Promise((resolve) => this.#doneWaiters.push({ number, resolve }));
  }

  /** Works until aborted. */
  async run(): Promise<void> {
    this.#isActive = true;
    const { clock, signal, logger } = this.#context;
    while (!signal.aborted) {
      const startedAt = clock.monotonic();
      let isBusy = false;
      try {
        isBusy = await this.#step();
      } catch (error) {
        if (signal.aborted) break;
        logger.error({ lane: this.#record.id, error: errorText(error) }, 'a step of a lane failed; it is tried again');
        this.#pause();
      }
      if (!isBusy) await this.#wake.wait(this.#idleMs(startedAt), signal);
    }
    this.reader.release();
  }

  /** False when there is nothing to do before the next wake-up. */
  async #step(): Promise<boolean> {
    this.#recover();
    // A lane is durable before anything that is in it.
    if (this.#mayHandOver && (this.#isRecordDirty || this.files.bytesLost > 0)) this.#store();
    let isBusy = false;
    for (let looks = 0; looks < looksPerStep && (await this.files.examineNext()); looks++) isBusy = true;
    this.files.applyRestarts();
    if (this.#mayHandOver && (await this.reader.turn())) isBusy = true;
    if (this.files.conclude()) isBusy = true;
    await this.files.held.closeIdle();
    if (this.#mayHandOver) {
      if (!isBusy && this.#store()) isBusy = true;
      this.#markPass();
      this.#finishPasses();
    }
    return this.files.takeUp() || isBusy;
  }

  get #mayHandOver(): boolean {
    return this.reader.handOver.refusal === null && this.#context.clock.monotonic() >= this.#notBefore;
  }

  /** After a refusal: waits until everything is back, then longer and longer, and reads again what was refused. */
  #recover(): void {
    const { refusal, isIdle } = this.reader.handOver;
    if (refusal === null || !isIdle) return;
    const { logger } = this.#context;
    const fields = { lane: this.#record.id, server: this.#record.server, error: errorText(refusal.error) };
    // Refused again without anything in between: wait longer. Else it is a new trouble.
    if (this.figures.bytesDurable > this.#durableAtRefusal) this.#failures = 0;
    this.#durableAtRefusal = this.figures.bytesDurable;
    if (this.#failures === 0) logger.warn(fields, 'a slice could not be delivered; it is read and delivered again');
    this.figures.refusals++;
    this.reader.rewind();
    // What was read is read again, so no listing that still waits for it is done.
    this.#passes.length = 0;
    this.#passed = this.#doneNumber;
    this.#pause();
  }

  #pause(): void {
    const { clock, times } = this.#context;
    this.#failures++;
    this.#notBefore = clock.monotonic() + backoffMs(this.#failures, times.backoffFirstMs, times.backoffMaxMs);
  }

  #store(): boolean {
    if (this.files.bytesLost > 0) {
      const bytesLost = this.#record.bytesLost + this.files.bytesLost;
      this.#change({ bytesLost, lostAt: this.#context.clock.now() });
      this.files.bytesLost = 0;
    }
    const lane = this.#isRecordDirty ? this.#record : null;
    this.#isRecordDirty = false;
    return this.reader.record(lane, () => {
      this.#isRecordDirty ||= lane !== null;
    });
  }

  #change(change: Partial<LaneRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#isRecordDirty = true;
  }

  /** Notes that everything a listing names is read to its end. */
  #markPass(): void {
    const { listing, isConcluded } = this.files.looks;
    if (listing === null || listing.number <= this.#passed || !isConcluded || this.reader.hasWork) return;
    this.#passed = listing.number;
    const isCaughtUp = listing.isComplete && this.files.trouble === null;
    this.#passes.push({ number: listing.number, handed: this.reader.handOver.handed, isCaughtUp });
  }

  /** Says of what was read that it is durable. Rows that came later are not waited for: on a busy server there always are some. */
  #finishPasses(): void {
    for (let pass = this.#passes[0]; pass !== undefined; pass = this.#passes[0]) {
      if (pass.handed > this.reader.handOver.durable) return;
      this.#passes.shift();
      if (pass.isCaughtUp && !this.#record.readBackDone) {
        this.#change({ readBackDone: true });
        this.#store();
        this.#passes.unshift({ ...pass, handed: this.reader.handOver.handed });
        continue;
      }
      this.#failures = 0;
      this.#doneNumber = pass.number;
      const waiting = this.#doneWaiters;
      this.#doneWaiters = waiting.filter(({ number }) => number > this.#doneNumber);
      for (const { number, resolve } of waiting) if (number <= this.#doneNumber) resolve();
    }
  }

  /** Until the next pause ends. One that ended since the last step began counts: the step may not have seen it. */
  #idleMs(since: number): number {
    const now = this.#context.clock.monotonic();
    const ends = [this.#notBefore, this.files.troubles.until, this.files.takeUpAt].filter((end) => end > since);
    return Math.max(1, Math.min(idleMsMax, ...ends.map((end) => end - now)));
  }
}
