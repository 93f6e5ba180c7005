/**
 * Reading and handing over for one lane: whose turn it is, one slice a turn, several slices on their way at a time.
 * Bytes that are on their way are bounded for the whole agent; when they are too many, reading stops, and the files are
 * the spool.
 */
import type { Bookkeeping } from '../delivery/delivery.ts';
import type { LaneRecord } from '../delivery/records.ts';
import { rowBytesMaxDefault } from '../exchange-log/slice.ts';
import type { ServerRows } from '../exchange-log/server-rows.ts';
import type { Share } from './budget.ts';
import type { FollowedFile } from './followed-file.ts';
import { holds } from './fingerprint.ts';
import { HandOver } from './hand-over.ts';
import type { OpenFile } from './handles.ts';
import type { LaneContext } from './lane-context.ts';
import type { LaneFigures } from './lane-figures.ts';
import type { LaneFiles } from './lane-files.ts';
import { probeDelayMs } from './plan.ts';
import { bufferBytes } from './read.ts';
import { seekBytesMin, seekHorizon } from './seek.ts';
import { takeTurn, type Turn } from './turn.ts';

/** What is read of a file that is believed to be near its end. */
const liveBytes = 256 * 1024;

export class LaneReader {
  readonly handOver: HandOver;
  readonly #context: LaneContext;
  readonly #files: LaneFiles;
  readonly #figures: LaneFigures;
  readonly #lane: () => LaneRecord;
  readonly #wake: () => void;
  #share: Share | null = null;
  #isAsking = false;
  #hasCompared = false;
  /** The file whose turn is running. */
  current: FollowedFile | null = null;

  constructor(context: LaneContext, files: LaneFiles, figures: LaneFigures, lane: () => LaneRecord, wake: () => void) {
    this.#context = context;
    this.#files = files;
    this.#figures = figures;
    this.#lane = lane;
    this.#wake = wake;
    this.handOver = new HandOver(context.delivery, wake);
  }

  /** Whether a file has something to read, now or once what was read of it has come back. */
  get hasWork(): boolean {
    return this.#files.isRestarting || this.#next() !== null;
  }

  #next(): FollowedFile | null {
    return this.#files.turns.next(this.#context.clock.monotonic());
  }

  /** Gives one file its turn; false when there is nothing to read, or no room for it yet. */
  async turn(): Promise<boolean> {
    const file = this.#next();
    if (file === null) {
      this.release();
      return false;
    }
    const share = this.#share;
    if (share === null) {
      this.#ask(wantedBytes(file, this.#context.limits.sliceBytesMax));
      return false;
    }
    this.#share = null;
    this.#files.turns.take(file);
    this.current = file;
    try {
      await this.#read(file, share);
    } catch (error) {
      share.release();
      this.#files.failed(file.path, file, error);
      // A handle to a share that was away stays broken when the share is back; a new one will do.
      if (file.missedScans === 0) await this.#files.held.close(file);
    } finally {
      this.current = null;
    }
    return true;
  }

  /** Asks for room; the lane is woken when there is some, and looks at its files meanwhile. */
  #ask(bytes: number): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#context.bytesInFlight.take(bytes, this.#context.signal).then(
      (share) => {
        this.#isAsking = false;
        this.#share = share;
        this.#wake();
      },
      () => {
        this.#isAsking = false;
      },
    );
  }

  /** Gives back room that nobody needs. */
  release(): void {
    this.#share?.release();
    this.#share = null;
  }

  async #read(file: FollowedFile, share: Share): Promise<void> {
    const { handles, buffers, limits, signal } = this.#context;
    const opened = file.held ?? (await handles.openFile(file.path, signal));
    const wanted = wantedBytes(file, limits.sliceBytesMax);
    // Less than a row makes no progress, so a long one is read even where the limit is smaller.
    const bytes = file.isStuck ? wanted : Math.min(wanted, share.amount);
    const buffer = buffers.take(bufferBytes(bytes));
    try {
      if (opened.locator !== file.read.locator) {
        // Another file stands here by now; the next scan finds out which.
        this.#files.turns.delete(file);
        share.release();
        return;
      }
      await this.#seek(file, opened);
      const turn = await takeTurn(file, opened, buffer.subarray(0, file.read.guard.length + bytes), {
        lane: this.#lane(),
        withContent: this.#context.keepUnreadable,
        caches: this.#context.caches,
        now: this.#context.clock.now(),
        finish: this.#files.isFinished(file),
      });
      this.#files.troubles.delete(file.path);
      if (turn === 'changed') await this.#changed(file, opened, share);
      else await this.#take(file, turn, share);
    } finally {
      buffers.give(buffer);
      if (opened !== file.held) await this.#files.held.keep(file, opened);
    }
  }

  /** Passes over what is older than the horizon in a file of which nothing was read. */
  async #seek(file: FollowedFile, { handle }: OpenFile): Promise<void> {
    const { horizon } = this.#lane();
    const { format } = file.name;
    if (file.read.offset > 0 || horizon === null || !format.isInOrder || file.size < seekBytesMin) return;
    const beginning = await seekHorizon(handle, file.size, horizon, format);
    if (beginning === null) return;
    // Durable before the first slice: positions move from where the state holds them.
    const record = { ...file.read, ...beginning };
    file.hand(record);
    file.head = null;
    this.handOver.record(
      { files: [record] },
      () => file.arrive(record),
      () => file.arrive(null),
    );
  }

  async #changed(file: FollowedFile, { handle }: OpenFile, share: Share): Promise<void> {
    share.release();
    // A share may answer with less than there is: only a second look counts.
    if (await holds(handle, file.read.guard)) return;
    this.#files.turns.delete(file);
    if (file.missedScans > 0) this.#files.loseRest(file);
    else this.#files.mustRestart(file, (await handle.stat()).size < file.read.offset ? 'truncated' : 'rewritten');
  }

  async #take(file: FollowedFile, { piece, slice }: Turn, share: Share): Promise<void> {
    const { clock } = this.#context;
    const now = clock.monotonic();
    const hasGrown = piece.seenTo > file.readTo;
    const isFinal = this.#files.isFinished(file) && piece.atEnd && !hasGrown;
    // Where it has grown while we looked, more may come.
    if (hasGrown && file.readTo > 0) file.isRecent = true;
    if (hasGrown) file.quietSince = now;
    file.readTo = Math.max(file.readTo, piece.seenTo);
    file.size = Math.max(file.size, piece.seenTo);
    file.nulsUntil = piece.nulsUntil;
    file.isStuck = slice === null && !piece.atEnd;
    file.isCatchingUp = !piece.atEnd;
    if (piece.atEnd) this.#files.turns.delete(file);
    file.nextProbeAt = now + probeDelayMs(now - file.quietSince, file.isRecent);
    if (slice === null) {
      share.release();
      if (isFinal && !file.read.finished) file.note({ finished: true });
      return;
    }
    // What can never be counted is put aside first; only then does the position move past it.
    const putAside = await this.#context.deadLetters.keep(slice.unreadable);
    this.#handOver(file, slice, share, putAside);
  }

  #handOver(file: FollowedFile, turn: NonNullable<Turn['slice']>, share: Share, putAside: number): void {
    // What is told once it is durable must not hold on to the events until then.
    const { events, ...slice } = turn;
    const { start, end, record, head } = slice;
    const bytes = end - start;
    const lane = this.#lane();
    const readingBack = !lane.readBackDone;
    share.shrinkTo(bytes);
    file.hand(record);
    file.head = head;
    this.#figures.bytesRead += bytes;
    this.#compareServers(slice.servers);
    this.handOver.deliver({
      slice: {
        lane,
        file: record,
        start,
        end,
        rows: slice.rows.event + slice.rows.ignored + slice.rows.invalid,
        readingBack,
        readAt: this.#context.clock.now(),
      },
      events,
      share,
      onDurable: () => {
        file.arrive(record);
        this.#figures.count(slice, bytes, readingBack, record.finished);
        this.#figures.putAside(putAside, slice.rows.invalid);
      },
      onRefused: () => {
        file.arrive(null);
        this.#figures.bytesRefused += bytes;
      },
    });
  }

  /**
   * SMTP rows name their server, and count for it. The lane's own server, which its path names, decides for which
   * server the lane is evidence; when no connection is of it, somebody should say whose logs these are.
   */
  #compareServers(servers: readonly ServerRows[]): void {
    const dialled = servers.filter(({ endpoints }) => endpoints.size > 0);
    const { server, root } = this.#lane();
    if (this.#hasCompared || dialled.length === 0) return;
    this.#hasCompared = true;
    if (dialled.some((one) => one.server === server)) return;
    this.#context.logger.warn(
      { path: root, server, named: dialled.map((one) => one.server).join(', ') },
      'these logs are of another server than their path says; name it with --server NAME=PATH',
    );
  }

  /** Stores what has changed besides positions: in order with the slices, and only of files with none on their way. */
  record(lane: LaneRecord | null, onRefused: () => void): boolean {
    const files: FollowedFile[] = [];
    for (const file of this.#files.all) if (file.isDirty && file.inFlight === 0) files.push(file);
    const forgottenFiles = this.#files.forgotten;
    if (lane === null && files.length === 0 && forgottenFiles.length === 0) return false;
    this.#files.forgotten = [];
    const handed = files.map((file) => ({ file, record: file.read }));
    for (const { file, record } of handed) file.hand(record);
    const change: Bookkeeping = {
      ...(lane === null ? {} : { lanes: [lane] }),
      files: handed.map(({ record }) => record),
      forgottenFiles,
    };
    this.handOver.record(
      change,
      () => {
        for (const { file, record } of handed) file.arrive(record);
      },
      () => {
        onRefused();
        this.#files.forgotten.push(...forgottenFiles);
        for (const { file } of handed) {
          file.arrive(null);
          file.isDirty = true;
        }
      },
    );
    return true;
  }

  /** After a refusal, once everything has come back: reads on where the last durable slice ended. */
  rewind(): void {
    for (const file of this.#files.all) {
      if (!file.isAhead) continue;
      file.rewind();
      this.#files.readAgain(file);
    }
    this.handOver.forgive();
  }
}

function wantedBytes(file: FollowedFile, sliceBytesMax: number): number {
  // A row that is longer than a slice is read by the reader of rows once it has seen that it is over-long.
  if (file.isStuck) return Math.max(sliceBytesMax, 2 * rowBytesMaxDefault);
  const isFar = file.isCatchingUp || file.size - file.read.offset > liveBytes;
  return isFar ? sliceBytesMax : Math.min(liveBytes, sliceBytesMax);
}
