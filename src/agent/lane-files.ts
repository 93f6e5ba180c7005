/**
 * The files of one lane: which of them stand where, which are newest, which are gone. Listings say what is there;
 * what a path leads to is found out by opening it.
 */
import { dirname } from 'node:path';
import type { FileRecord } from '../delivery/records.ts';
import { judgeAbsence, missedScansMin } from './absence.ts';
import { backoffMs } from './backoff.ts';
import { type Examined, examine } from './examine.ts';
import type { FoundFile } from './find.ts';
import { FollowedFile, fromTheStart } from './followed-file.ts';
import type { OpenFile } from './handles.ts';
import type { LaneContext } from './lane-context.ts';
import type { LaneFigures } from './lane-figures.ts';
import { errorCode, errorText, isAbsent } from './open-errors.ts';
import { plan } from './plan.ts';
import type { Owner, Registered } from './registry.ts';

/** The part of a PATH's listing that is one lane's. */
export interface LaneListing {
  /** Counts the listings of its PATH. */
  readonly number: number;
  /** Wall clock. */
  readonly at: number;
  readonly isComplete: boolean;
  readonly files: readonly FoundFile[];
}

interface Trouble {
  readonly message: string;
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly notBefore: number;
}

/** How long another name of a followed file is left alone. */
const aliasPauseMs = 60_000;

export class LaneFiles {
  readonly all = new Set<FollowedFile>();
  readonly #context: LaneContext;
  readonly #owner: Owner;
  readonly #figures: LaneFigures;
  readonly #byPath = new Map<string, FollowedFile>();
  readonly #held = new Set<FollowedFile>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #aliases = new Map<string, number>();
  #listing: LaneListing | null = null;
  #listed: ReadonlySet<string> = new Set();
  /** Paths of the current listing that are to be looked at, next one last. */
  #queue: FoundFile[] = [];
  #isConcluded = true;
  /** Files named by the last complete listing. */
  found = 0;
  bytesLost = 0;

  constructor(context: LaneContext, owner: Owner, figures: LaneFigures) {
    this.#context = context;
    this.#owner = owner;
    this.#figures = figures;
  }

  get listing(): LaneListing | null {
    return this.#listing;
  }

  /** Everything of the current listing was looked at, and what it misses was judged. */
  get isExamined(): boolean {
    return this.#queue.length === 0 && this.#isConcluded;
  }

  /** Why a file could not be opened or read, in words; null while there is none. */
  get trouble(): string | null {
    for (const { message } of this.#troubles.values()) return message;
    return null;
  }

  get troubledUntil(): number {
    let until = Number.POSITIVE_INFINITY;
    for (const { notBefore } of this.#troubles.values()) until = Math.min(until, notBefore);
    return until;
  }

  /** Takes up a file from the state of an earlier run. */
  restore(record: FileRecord, name: FoundFile['name']): void {
    this.#take(new FollowedFile(name, dirname(record.path), record, record));
  }

  #take(file: FollowedFile): void {
    file.quietSince = this.#context.clock.monotonic();
    this.all.add(file);
    this.#context.registry.add(file, this.#owner);
  }

  drop(file: FollowedFile): void {
    this.all.delete(file);
    if (this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    this.#context.registry.remove(file);
  }

  /** The newest files: what is worth watching. */
  get hotPaths(): string[] {
    return [...this.all].filter((file) => file.hot && file.missedScans === 0).map((file) => file.path);
  }

  list(listing: LaneListing, horizon: number | null): void {
    const now = this.#context.clock.monotonic();
    const { followed, newest } = plan(listing.files, horizon);
    this.#listing = listing;
    this.#listed = new Set(listing.files.map(({ path }) => path));
    this.#isConcluded = false;
    if (listing.isComplete) this.found = listing.files.length;
    const hot = new Set([...newest].map(({ path }) => path));
    for (const file of this.all) {
      const isHot = hot.has(file.path);
      if (file.hot && !isHot) file.quietSince = now;
      file.hot = isHot;
    }
    this.#hotPaths = hot;
    const due = followed.filter((found) => !hot.has(found.path) && this.#isDue(found.path, now));
    // Taken from the end: the newest first, then those that were never seen, oldest first, then those that are due again.
    const isKnown = (found: FoundFile): boolean => this.#byPath.has(found.path);
    this.#queue = [
      ...due.filter(isKnown).reverse(),
      ...due.filter((found) => !isKnown(found)).reverse(),
      ...[...newest].filter(({ path }) => this.#isDue(path, now)),
    ];
  }

  #hotPaths: ReadonlySet<string> = new Set();

  #isDue(path: string, now: number): boolean {
    if ((this.#troubles.get(path)?.notBefore ?? 0) > now || (this.#aliases.get(path) ?? 0) > now) return false;
    const file = this.#byPath.get(path);
    return file === undefined || file.hot || file.missedScans > 0 || file.nextProbeAt <= now;
  }

  /** Looks at the next path; false when there is none left. */
  async examineNext(): Promise<boolean> {
    const found = this.#queue.pop();
    if (found === undefined) return false;
    const { path } = found;
    const known = this.#byPath.get(path);
    try {
      const examined = await examine(found, known, { ...this.#context, owner: this.#owner });
      this.#troubles.delete(path);
      await this.#apply(found, known, examined);
    } catch (error) {
      this.failed(path, error);
    }
    return true;
  }

  /** A path could not be opened or read. It is tried again later; one that is not there is the next scan's business. */
  failed(path: string, error: unknown): void {
    this.#context.signal.throwIfAborted();
    if (isAbsent(errorCode(error))) return;
    const { clock, logger, times } = this.#context;
    const failures = (this.#troubles.get(path)?.failures ?? 0) + 1;
    const pauseMs = backoffMs(failures, times.backoffFirstMs, times.backoffMaxMs);
    const message = `cannot read ${path}: ${errorText(error)}`;
    this.#troubles.set(path, { message, failures, notBefore: clock.monotonic() + pauseMs });
    const file = this.#byPath.get(path);
    if (file !== undefined) file.notBefore = clock.monotonic() + pauseMs;
    if (failures === 1) logger.warn({ path, error: errorText(error) }, 'a log file cannot be read; it is tried again');
  }

  recovered(path: string): void {
    this.#troubles.delete(path);
  }

  async #apply(found: FoundFile, known: FollowedFile | undefined, examined: Examined): Promise<void> {
    if (examined.kind === 'alias') {
      this.#aliases.set(found.path, this.#context.clock.monotonic() + aliasPauseMs);
      return;
    }
    this.#aliases.delete(found.path);
    if (examined.kind === 'held') {
      if (known !== undefined) seen(known, examined.size);
      return;
    }
    let file: FollowedFile | null;
    if (examined.kind === 'new') file = this.#begin(found, examined.replaced, examined.opened);
    else file = this.#recognised(found, examined.known, examined.opened);
    if (file === null) return examined.opened[Symbol.asyncDispose]();
    if (examined.kind === 'restarted') file.restart ??= examined.reason;
    seen(file, examined.opened.size);
    await this.keep(file, examined.opened);
  }

  #begin(found: FoundFile, replaced: Registered | null, opened: OpenFile): FollowedFile {
    const { clock, randomId, logger } = this.#context;
    if (replaced !== null) {
      this.#figures.newEpoch('replaced');
      logger.warn({ path: found.path }, 'another file stands where one was followed; it is read from its start');
    }
    const record: FileRecord = {
      ...fromTheStart,
      id: randomId(),
      lane: this.#owner.record.id,
      path: found.path,
      locator: opened.locator,
      epoch: replaced === null ? 0 : replaced.file.read.epoch + 1,
      grewAt: clock.now(),
      missingSince: null,
    };
    const file = new FollowedFile(found.name, found.folder, null, record);
    this.#take(file);
    this.#place(file, found.path);
    this.#figures.bytesToReadBack += opened.size;
    return file;
  }

  #recognised(found: FoundFile, { file, owner }: Registered, opened: OpenFile): FollowedFile | null {
    const { registry } = this.#context;
    if (owner !== this.#owner) {
      if (!owner.giveUp(file)) return null;
      this.#take(file);
      file.note({ lane: this.#owner.record.id });
    }
    if (this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    if (file.path !== found.path || file.read.locator !== opened.locator) {
      registry.move(file, found.path, opened.locator);
    }
    file.name = found.name;
    file.folder = found.folder;
    if (file.missedScans > 0 || file.read.missingSince !== null) file.note({ missingSince: null });
    file.missedScans = 0;
    file.isLost = false;
    this.#place(file, found.path);
    return file;
  }

  #place(file: FollowedFile, path: string): void {
    this.#byPath.set(path, file);
    file.hot = this.#hotPaths.has(path);
  }

  /** Holds an open file if it is worth it and there is room; else closes it. */
  async keep(file: FollowedFile, opened: OpenFile): Promise<void> {
    const before = file.held;
    if (before === opened) return;
    const isWorthIt = file.hot || file.size > file.read.offset || file.inFlight > 0;
    if (before === null && !(isWorthIt && this.#context.handles.hold())) {
      await opened[Symbol.asyncDispose]();
      return;
    }
    file.held = opened;
    this.#held.add(file);
    await before?.[Symbol.asyncDispose]();
  }

  /** Closes what is held for nothing any more. */
  async closeIdle(): Promise<void> {
    for (const file of this.#held) {
      const isGone = file.missedScans > 0;
      const isDone = isGone ? file.read.finished : !file.hot && !file.unread;
      if (isDone && file.inFlight === 0) await this.close(file);
    }
  }

  async closeAll(): Promise<void> {
    for (const file of this.#held) await this.close(file);
  }

  async close(file: FollowedFile): Promise<void> {
    const { held } = file;
    if (held === null) return;
    file.held = null;
    this.#held.delete(file);
    this.#context.handles.letGo();
    await held[Symbol.asyncDispose]();
  }

  /** Judges what the listing misses, once everything that it names was looked at. */
  conclude(): void {
    if (this.#isConcluded || this.#queue.length > 0 || this.#listing === null) return;
    this.#isConcluded = true;
    if (!this.#listing.isComplete) return;
    for (const path of this.#troubles.keys()) if (!this.#listed.has(path)) this.#troubles.delete(path);
    for (const path of this.#aliases.keys()) if (!this.#listed.has(path)) this.#aliases.delete(path);
    for (const file of this.all) {
      if (this.#byPath.get(file.path) !== file || !this.#listed.has(file.path)) this.#miss(file);
    }
  }

  #miss(file: FollowedFile): void {
    const { clock, logger, times } = this.#context;
    file.missedScans++;
    file.hot = false;
    if (this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    if (file.missedScans === 1) file.missedAt = clock.monotonic();
    if (file.read.missingSince === null) file.note({ missingSince: clock.now() });
    if (file.held !== null) file.unread = true;
    const verdict = judgeAbsence(
      {
        missedScans: file.missedScans,
        missedForMs: clock.monotonic() - file.missedAt,
        missingForMs: clock.now() - (file.read.missingSince ?? clock.now()),
        isHeld: file.held !== null,
        unreadBytes: file.unreadBytes,
        isLost: file.isLost,
      },
      times,
    );
    if (verdict === 'lose') {
      logger.error({ path: file.path, bytes: file.unreadBytes }, 'a log file went before it was read');
      this.lose(file.unreadBytes);
      file.isLost = true;
      file.note({ finished: true });
    } else if (verdict === 'forget' && file.isSettled) {
      this.forgotten.push(file.id);
      this.drop(file);
    }
  }

  /** Ids of files that are to be struck from the state. */
  forgotten: string[] = [];

  lose(bytes: number): void {
    this.bytesLost += bytes;
  }

  /** A file that nothing can add to any more: its handle is all that is left, or a newer one has long taken over. */
  isFinished(file: FollowedFile): boolean {
    if (file.missedScans > 0) return file.missedScans >= missedScansMin;
    const quietMs = this.#context.clock.monotonic() - file.quietSince;
    return !file.hot && quietMs >= this.#context.times.finishedAfterMs;
  }

  /** Reads files whose bytes are gone from 0 again, once nothing of them is in flight. */
  applyRestarts(): void {
    for (const file of this.all) {
      if (file.restart === null || file.inFlight > 0) continue;
      const { restart } = file;
      const lost = Math.max(0, file.size - (file.durable?.offset ?? 0));
      this.#context.logger.warn(
        { path: file.path, reason: restart, lost },
        'a log file was cut or rewritten; it is read from its start',
      );
      this.#figures.newEpoch(restart);
      this.lose(lost);
      file.beginAgain();
    }
  }
}

function seen(file: FollowedFile, size: number): void {
  file.size = Math.max(file.size, size);
  file.unread = true;
}
