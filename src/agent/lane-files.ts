/**
 * The files of one lane: which of them stand where, which are newest, which are gone. Listings say what is there;
 * what a path leads to is found out by opening it.
 */
import { dirname } from 'node:path';
import type { FileRecord } from '../delivery/records.ts';
import { judgeAbsence, missedScansMin } from './absence.ts';
import { type Examined, examine } from './examine.ts';
import type { FoundFile } from './find.ts';
import { FollowedFile, fromTheStart } from './followed-file.ts';
import type { OpenFile } from './handles.ts';
import { HeldFiles } from './held-files.ts';
import type { LaneContext } from './lane-context.ts';
import type { LaneFigures } from './lane-figures.ts';
import { type LaneListing, LookQueue } from './look-queue.ts';
import { errorCode, errorText, isAbsent } from './open-errors.ts';
import type { Owner, Registered } from './registry.ts';
import { sharedColumns } from './shared-columns.ts';
import { Troubles } from './troubles.ts';
import { Turns } from './turns.ts';

/** How long another name of a followed file is left alone. */
const aliasPauseMs = 60_000;
const takeUpMs = 1000;

export class LaneFiles {
  readonly all = new Set<FollowedFile>();
  readonly turns = new Turns<FollowedFile>();
  readonly held: HeldFiles;
  readonly troubles: Troubles;
  readonly #context: LaneContext;
  readonly #owner: Owner;
  readonly #figures: LaneFigures;
  readonly #byPath = new Map<string, FollowedFile>();
  readonly #restarts = new Set<FollowedFile>();
  readonly #aliases = new Map<string, number>();
  readonly looks: LookQueue;
  #listed: ReadonlySet<string> = new Set();
  #listedFiles: readonly FoundFile[] | null = null;
  /** Counted up when a file comes, goes or moves. */
  #revision = 0;
  /** Nothing was missing from it then: the same list misses nothing as long as no file comes, goes or moves. */
  #whole: { readonly files: readonly FoundFile[]; readonly revision: number } | null = null;
  #isAway = false;
  /** While there is something to read, the next listing is taken up then; monotonic. */
  takeUpAt = 0;
  /** Files named by the last complete listing. */
  found = 0;
  bytesLost = 0;

  constructor(context: LaneContext, owner: Owner, figures: LaneFigures) {
    this.#context = context;
    this.#owner = owner;
    this.#figures = figures;
    this.held = new HeldFiles(context.handles);
    this.troubles = new Troubles(context.times);
    this.looks = new LookQueue({
      clock: context.clock,
      horizon: () => owner.record.horizon,
      isKnown: (path) => this.#byPath.has(path),
      isDue: (path, isThorough) => this.#isDue(path, isThorough),
      onPlanned: () => this.#planned(),
    });
  }

  /** The file system that held the files is not there. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Why a file could not be opened or read, in words; null while there is none. */
  get trouble(): string | null {
    if (this.#isAway) return 'no logs are there, and not the file system that held them: is it mounted?';
    return this.troubles.first;
  }

  /** Puts a file whose position was taken back up for reading again, if anything can read it. */
  readAgain(file: FollowedFile): void {
    if (file.restart === null && (file.missedScans === 0 || file.held !== null)) this.turns.add(file);
  }

  /** Takes up a file from the state of an earlier run. */
  restore(record: FileRecord, name: FoundFile['name']): void {
    const own = { ...record, columns: sharedColumns(record.columns) };
    this.#take(new FollowedFile(name, dirname(record.path), own, own));
  }

  #take(file: FollowedFile): void {
    file.quietSince = this.#context.clock.monotonic();
    this.#revision++;
    this.all.add(file);
    this.#context.registry.add(file, this.#owner);
  }

  drop(file: FollowedFile): void {
    this.#revision++;
    this.all.delete(file);
    this.turns.delete(file);
    this.#restarts.delete(file);
    if (this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    this.#context.registry.remove(file);
  }

  list(listing: LaneListing): void {
    this.looks.list(listing);
    this.takeUp();
  }

  /**
   * Takes up the listing that waits, if the one before was looked through: at once when there is nothing to read, else
   * once a second, so that looking never keeps from reading.
   */
  takeUp(): boolean {
    const now = this.#context.clock.monotonic();
    if (this.turns.next(now) !== null && now < this.takeUpAt) return false;
    const listing = this.looks.takeUp();
    if (listing === null) return false;
    this.takeUpAt = now + takeUpMs;
    if (listing.files !== this.#listedFiles) this.#listed = new Set(listing.files.map(({ path }) => path));
    this.#listedFiles = listing.files;
    this.#isAway = this.#isOnOtherDevice(listing);
    if (listing.isComplete) this.found = listing.files.length;
    return true;
  }

  #planned(): void {
    for (const file of this.all) {
      const isHot = this.looks.hotPaths.has(file.path) && this.#byPath.get(file.path) === file;
      if (file.hot && !isHot) file.quietSince = this.#context.clock.monotonic();
      this.#setHot(file, isHot);
    }
  }

  #setHot(file: FollowedFile, isHot: boolean): void {
    if (file.hot === isHot) return;
    const waited = this.turns.delete(file);
    file.hot = isHot;
    file.isRecent ||= isHot;
    if (waited) this.turns.add(file);
  }

  /** There may be something to read in it. */
  #seen(file: FollowedFile, size: number): void {
    file.size = Math.max(file.size, size);
    if (file.restart === null) this.turns.add(file);
  }

  /** An empty folder where another file system was mounted proves nothing about its files. */
  #isOnOtherDevice({ files, devices }: LaneListing): boolean {
    if (files.length > 0) return false;
    const known = [...this.all].filter(({ missedScans }) => missedScans === 0);
    return known.length > 0 && known.every(({ read }) => read.locator !== null && !devices.has(deviceOf(read.locator)));
  }

  #isDue(path: string, isThorough: boolean): boolean {
    const now = this.#context.clock.monotonic();
    if (this.troubles.isPaused(path, now) || (this.#aliases.get(path) ?? 0) > now) return false;
    const file = this.#byPath.get(path);
    if (file === undefined || file.hot || file.missedScans > 0) return true;
    return isThorough || file.nextProbeAt <= now;
  }

  /** Looks at the next path; false when there is none left. */
  async examineNext(): Promise<boolean> {
    const found = this.looks.take();
    if (found === undefined) return false;
    const { path } = found;
    const known = this.#byPath.get(path);
    try {
      const examined = await examine(found, known, { ...this.#context, owner: this.#owner });
      this.troubles.delete(path);
      await this.#apply(found, known, examined);
    } catch (error) {
      this.failed(path, this.#byPath.get(path) ?? null, error);
    }
    return true;
  }

  /** A path could not be opened or read. It is tried again later; one that is not there is the next scan's business. */
  failed(path: string, file: FollowedFile | null, error: unknown): void {
    this.#context.signal.throwIfAborted();
    if (isAbsent(errorCode(error))) {
      if (file !== null) this.turns.delete(file);
      return;
    }
    const { clock, logger } = this.#context;
    const { failures, notBefore } = this.troubles.add(path, error, clock.monotonic());
    if (file !== null) file.notBefore = notBefore;
    if (failures === 1) logger.warn({ path, error: errorText(error) }, 'a log file cannot be read; it is tried again');
  }

  async #apply(found: FoundFile, known: FollowedFile | undefined, examined: Examined): Promise<void> {
    if (examined.kind === 'alias') {
      this.#aliases.set(found.path, this.#context.clock.monotonic() + aliasPauseMs);
      return;
    }
    this.#aliases.delete(found.path);
    if (examined.kind === 'held') {
      if (known !== undefined) this.#seen(known, examined.size);
      return;
    }
    let file: FollowedFile | null;
    if (examined.kind === 'new') file = this.#begin(found, examined.replaced, examined.opened);
    else file = this.#recognised(found, examined.known, examined.opened);
    if (file === null) return examined.opened[Symbol.asyncDispose]();
    // The size that is seen now is of other bytes than those that may be lost.
    if (examined.kind === 'restarted') this.mustRestart(file, examined.reason);
    else this.#seen(file, examined.opened.size);
    await this.held.keep(file, examined.opened);
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
    return file;
  }

  #recognised(found: FoundFile, { file, owner }: Registered, opened: OpenFile): FollowedFile | null {
    const { registry } = this.#context;
    if (owner !== this.#owner) {
      if (!owner.giveUp(file)) return null;
      this.#take(file);
      file.note({ lane: this.#owner.record.id });
    }
    this.turns.delete(file);
    if (file.path !== found.path && this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
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
    if (this.#byPath.get(path) !== file) this.#revision++;
    this.#byPath.set(path, file);
    this.#setHot(file, this.looks.hotPaths.has(path));
    file.isRecent ||= this.looks.recentPaths.has(path);
  }

  /** Judges what the listing misses, once everything that it names was looked at; false when that is done already. */
  conclude(): boolean {
    const listing = this.looks.conclude();
    if (listing === null) return false;
    if (!listing.isComplete || this.#isAway) return true;
    if (listing.files === this.#whole?.files && this.#revision === this.#whole.revision) return true;
    let isWhole = true;
    this.troubles.keepOnly(this.#listed);
    for (const path of this.#aliases.keys()) if (!this.#listed.has(path)) this.#aliases.delete(path);
    for (const file of this.all) {
      if (this.#byPath.get(file.path) === file && this.#listed.has(file.path)) continue;
      isWhole = false;
      this.#miss(file);
    }
    this.#whole = isWhole ? { files: listing.files, revision: this.#revision } : null;
    return true;
  }

  /** One of the paths that cannot be opened may be where a missing file has gone, so nothing is given up meanwhile. */
  get #mayGiveUp(): boolean {
    return this.troubles.first === null;
  }

  #miss(file: FollowedFile): void {
    const { clock, times } = this.#context;
    file.missedScans++;
    this.#setHot(file, false);
    if (this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    if (file.missedScans === 1) file.missedAt = clock.monotonic();
    if (file.read.missingSince === null) file.note({ missingSince: clock.now() });
    if (file.held === null) this.turns.delete(file);
    else this.turns.add(file);
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
    if (!this.#mayGiveUp) return;
    if (verdict === 'lose') {
      this.loseRest(file);
    } else if (verdict === 'forget' && file.isSettled) {
      this.forgotten.push(file.id);
      this.drop(file);
    }
  }

  /** Ids of files that are to be struck from the state. */
  forgotten: string[] = [];

  /** Nothing can read what is left of this file. */
  loseRest(file: FollowedFile): void {
    const bytes = file.unreadBytes;
    if (bytes > 0) this.#context.logger.error({ path: file.path, bytes }, 'a log file went before it was read');
    this.bytesLost += bytes;
    file.isLost = true;
    file.note({ finished: true });
  }

  /** A file that nothing can add to any more: its handle is all that is left, or a newer one has long taken over. */
  isFinished(file: FollowedFile): boolean {
    if (file.missedScans > 0) return file.missedScans >= missedScansMin;
    const quietMs = this.#context.clock.monotonic() - file.quietSince;
    return !file.hot && quietMs >= this.#context.times.finishedAfterMs;
  }

  /** A file waits to be read from 0 again. */
  get isRestarting(): boolean {
    return this.#restarts.size > 0;
  }

  mustRestart(file: FollowedFile, reason: 'truncated' | 'rewritten'): void {
    file.restart ??= reason;
    this.turns.delete(file);
    this.#restarts.add(file);
  }

  /** Reads files whose bytes are gone from 0 again, once nothing of them is in flight. */
  applyRestarts(): void {
    for (const file of this.#restarts) {
      if (file.restart === null || file.inFlight > 0) continue;
      const { restart: reason, path } = file;
      const lost = Math.max(0, file.size - (file.durable?.offset ?? 0));
      this.#context.logger.warn({ path, reason, lost }, 'a log file was cut or rewritten; it is read from its start');
      this.#figures.newEpoch(reason);
      this.bytesLost += lost;
      this.#restarts.delete(file);
      file.beginAgain();
      this.turns.add(file);
    }
  }
}

function deviceOf(locator: string): string {
  return locator.slice(0, locator.indexOf(':'));
}
