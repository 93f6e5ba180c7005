/**
 * One PATH's cycle: list it, hand each lane its part, sleep until the next scan or until something wakes it. What a
 * scan lists is the truth; watching only makes the next one come earlier. Each PATH has a cycle of its own, so that a share that is
 * away holds up nothing else.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Protocol } from '../event/protocol.ts';
import { serverOfFile } from '../exchange-log/server-name.ts';
import { realPath } from '../runtime/real-path.ts';
import { errorText } from './open-errors.ts';
import { find, type FoundFile, isComplete, isWanted, type Listing, ListingMemory } from './find.ts';
import type { Lane } from './lane.ts';
import type { LaneContext } from './lane-context.ts';
import type { FollowedPath } from './options.ts';
import { isInside, placeKey } from './same-place.ts';
import { isOnShare } from './share.ts';
import { Wake } from './wake.ts';
import { FolderWatch } from './watch.ts';

export interface CycleContext extends LaneContext {
  readonly hostName: string;
  /** The lane of a root, server and protocol, made where there is none. */
  lane(root: string, server: string, protocol: Protocol): Lane;
  /** Where all PATHs lead to: what decides who follows a file. */
  roots(): string;
  /** Whether an earlier PATH already follows this file. */
  isTaken(file: FoundFile, by: Cycle): boolean;
  /** The lanes that an earlier run has followed at this place. */
  lanesAt(root: string): Lane[];
}

const localScanMs = 1000;
const shareScanMs = 5000;
/** Files are written to together, and each of them wakes: what comes within this time is one wake-up. */
const settleMs = 25;
/** Of the time between scans, listing takes at most one part in so many. */
const listingShare = 10;
/** And no longer than this is anybody who calls kept waiting for it. */
const leastPauseMsMax = 1000;

export class Cycle {
  readonly followed: FollowedPath;
  readonly #context: CycleContext;
  readonly #wake = new Wake();
  readonly #lanes = new Map<string, Lane>();
  #root: string | null = null;
  /** Where PATH is a file. */
  #file: string | null = null;
  #number = 0;
  #memory: ListingMemory | null = null;
  #grouped: {
    readonly files: readonly FoundFile[];
    readonly roots: string;
    readonly parts: ReadonlyMap<string, Part>;
  } | null = null;
  #watch: FolderWatch | null = null;
  #scanWaiters: (() => void)[] = [];
  #lastError: string | null = null;
  #lastScanAt: number | null = null;
  #startedListingAt: number | null = null;
  ignoredFiles = 0;
  watcherErrors = 0;

  constructor(followed: FollowedPath, context: CycleContext) {
    this.followed = followed;
    this.#context = context;
  }

  /** What PATH leads to, a folder or a file. */
  get top(): string {
    return this.#file ?? this.root;
  }

  get root(): string {
    return this.#root ?? resolve(this.followed.path);
  }

  /** Finds out what PATH leads to; a PATH that is away stays as it is written until a scan lists it. */
  async resolveRoot(): Promise<void> {
    try {
      const real = await realPath(resolve(this.followed.path));
      const isFolder = (await stat(real)).isDirectory();
      this.#file = isFolder ? null : real;
      this.#root = isFolder ? real : dirname(real);
    } catch {
      // The scan says what is wrong.
    }
  }

  /** Whether this PATH follows such a file itself. */
  covers(file: FoundFile): boolean {
    const place = placeKey(file.path, this.#context.hostName);
    const top = placeKey(this.top, this.#context.hostName);
    if (this.#file === null ? !isInside(place, top) : place !== top) return false;
    return isWanted(basename(file.path), this.followed);
  }

  get lanes(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  /** Wall clock of the last scan that listed everything without error. */
  get lastScanAt(): number | null {
    return this.#lastScanAt;
  }

  /** Why the last scan failed, or that the one under way hangs; null while scans succeed. */
  get scanError(): string | null {
    const listingMs = this.#startedListingAt === null ? 0 : this.#context.clock.monotonic() - this.#startedListingAt;
    return listingMs > hangingMs
      ? `listing ${this.followed.path} has not ended for ${Math.round(listingMs / 1000)} s`
      : this.#lastError;
  }

  /** Lists now and looks at every file; resolves when all was read to its end and delivered. */
  async scanNow(): Promise<void> {
    await new Promise<void>((done) => {
      this.#scanWaiters.push(done);
      this.#wake.callNow();
    });
    await this.allDone();
  }

  async allDone(): Promise<void> {
    const number = this.#number;
    await Promise.all(this.lanes.map((lane) => lane.whenDone(number)));
  }

  /** Scans until aborted. */
  async run(): Promise<void> {
    const { signal, clock, times } = this.#context;
    const isRemote = await isOnShare(this.root);
    const scanMs = this.followed.scanEveryMs ?? (isRemote ? shareScanMs : localScanMs);
    // The times of a share's folders come late.
    if (!isRemote) this.#memory = new ListingMemory(clock);
    try {
      while (!signal.aborted) {
        const waiters = this.#scanWaiters.splice(0);
        this.#wake.clear();
        const startedAt = clock.monotonic();
        await this.#scan(waiters.length > 0);
        for (const done of waiters) done();
        const tookMs = clock.monotonic() - startedAt;
        if (this.#scanWaiters.length > 0) continue;
        await this.#wake.pause(
          Math.min(leastPauseMsMax, Math.max(times.wakeDelayMs, listingShare * tookMs)),
          scanMs,
          signal,
          settleMs,
        );
      }
    } finally {
      await this.#watch?.[Symbol.asyncDispose]();
      for (const done of this.#scanWaiters.splice(0)) done();
    }
  }

  async #scan(isThorough: boolean): Promise<void> {
    const { clock, limits } = this.#context;
    this.#startedListingAt = clock.monotonic();
    if (isThorough) this.#memory?.folders.forget();
    const listing = await find(this.followed, limits.filesMax, this.#memory);
    this.#startedListingAt = null;
    this.#number++;
    this.#note(listing);
    this.#distribute(listing, isThorough);
    await this.#updateWatch(listing);
  }

  #note(listing: Listing): void {
    const { clock, logger } = this.#context;
    const [first] = listing.errors;
    const error = first === undefined ? null : `cannot list ${first.path}: ${first.message}`;
    if (error !== null && this.#lastError === null)
      logger.warn({ path: this.followed.path, error }, 'a scan failed; it is tried again');
    if (error === null && this.#lastError !== null) logger.info({ path: this.followed.path }, 'scans succeed again');
    this.#lastError = error;
    this.ignoredFiles = listing.ignoredFiles;
    if (listing.root !== null) this.#root = listing.root;
    if (isComplete(listing)) this.#lastScanAt = clock.now();
  }

  #distribute(listing: Listing, isThorough: boolean): void {
    const parts = new Map(this.#groupsOf(listing.files));
    for (const [key, { server, protocol }] of this.#expected())
      if (!parts.has(key)) parts.set(key, { server, protocol, files: [] });
    for (const [key, { server, protocol }] of parts) {
      if (!this.#lanes.has(key)) this.#lanes.set(key, this.#context.lane(this.root, server, protocol));
    }
    for (const [key, lane] of this.#lanes) {
      lane.list({
        number: this.#number,
        isComplete: isComplete(listing),
        isThorough,
        devices: listing.devices,
        files: parts.get(key)?.files ?? noFiles,
      });
    }
  }

  /** The same lists as before while the files, and what other PATHs follow, are the same. */
  #groupsOf(files: readonly FoundFile[]): ReadonlyMap<string, Part> {
    const roots = this.#context.roots();
    if (this.#grouped?.files !== files || this.#grouped.roots !== roots) {
      this.#grouped = { files, roots, parts: this.#group(files) };
    }
    return this.#grouped.parts;
  }

  #group(files: readonly FoundFile[]): Map<string, Part> {
    const parts = new Map<string, Part>();
    const serverOf = new Map<string, string>();
    for (const file of files) {
      if (this.#context.isTaken(file, this)) continue;
      const server = serverOf.get(file.folder) ?? this.#serverOf(file.folder);
      serverOf.set(file.folder, server);
      const { protocol } = file.name;
      const key = `${server}\n${protocol}`;
      const part = parts.get(key);
      if (part === undefined) parts.set(key, { server, protocol, files: [file] });
      else part.files.push(file);
    }
    return parts;
  }

  /** Lanes that are there although no file is: those that the settings name, and those of an earlier run. */
  #expected(): Map<string, { server: string; protocol: Protocol }> {
    const expected = new Map<string, { server: string; protocol: Protocol }>();
    const { server, protocols } = this.followed;
    if (server !== undefined) {
      const key = this.#serverOf(this.root);
      for (const protocol of protocols ?? []) expected.set(`${key}\n${protocol}`, { server: key, protocol });
    }
    for (const { record } of this.#context.lanesAt(this.root)) {
      if (protocols !== undefined && !protocols.includes(record.protocol)) continue;
      expected.set(`${record.server}\n${record.protocol}`, record);
    }
    return expected;
  }

  #serverOf(folder: string): string {
    const path = resolve(this.followed.path);
    const { server } = this.followed;
    const assignments = server === undefined ? [] : [{ name: server, path }];
    const named = serverOfFile(path, join(folder, 'LOG'), assignments, this.#context.hostName);
    if (named.isFallback) {
      this.#context.logger.warn(
        { path: folder, server: named.server },
        "nothing names the server of these logs, so this host's name is taken; name it with --server NAME=PATH",
      );
    }
    return named.server;
  }

  async #updateWatch(listing: Listing): Promise<void> {
    if (listing.root === null) return;
    const wanted = this.followed.watch ?? !(await isOnShare(listing.root));
    if (!wanted) return;
    this.#watch ??= new FolderWatch({
      wake: () => this.#wake.call(),
      failed: (error) => {
        this.watcherErrors++;
        this.#context.logger.debug(
          { path: this.followed.path, error: errorText(error) },
          'watching failed; a scan is due',
        );
        this.#wake.call();
      },
    });
    this.#watch.update(new Set(listing.folders), new Set(this.lanes.flatMap((lane) => [...lane.files.looks.hotPaths])));
  }
}

interface Part {
  readonly server: string;
  readonly protocol: Protocol;
  readonly files: FoundFile[];
}

const noFiles: readonly FoundFile[] = [];

/** A listing that takes longer is said to hang. */
const hangingMs = 30_000;
