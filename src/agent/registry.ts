import { basename } from 'node:path';
import type { LaneRecord } from '../delivery/records.ts';
import type { FollowedFile } from './followed-file.ts';

/** Whoever follows a file. */
export interface Owner {
  readonly record: LaneRecord;
  /** Gives the file up to another lane of the same server and protocol; false while it cannot. */
  giveUp(file: FollowedFile): boolean;
}

export interface Registered {
  readonly file: FollowedFile;
  readonly owner: Owner;
}

/**
 * Every file that is known, of all lanes, by what may name it. A file that moves from one PATH to another, or whose
 * PATH is spelled anew, is found again by it.
 */
export class Registry {
  readonly #byLocator = new Map<string, Set<Registered>>();
  readonly #byName = new Map<string, Set<Registered>>();
  readonly #entries = new Map<FollowedFile, Registered>();

  add(file: FollowedFile, owner: Owner): void {
    const entry = { file, owner };
    this.#entries.set(file, entry);
    put(this.#byLocator, file.read.locator, entry);
    put(this.#byName, nameKey(file.path), entry);
  }

  remove(file: FollowedFile): void {
    const entry = this.#entries.get(file);
    if (entry === undefined) return;
    this.#entries.delete(file);
    drop(this.#byLocator, file.read.locator, entry);
    drop(this.#byName, nameKey(file.path), entry);
  }

  /** Notes that a file stands at this path, with this locator. */
  move(file: FollowedFile, path: string, locator: string | null): void {
    const owner = this.#entries.get(file)?.owner;
    this.remove(file);
    file.note({ path, locator });
    if (owner !== undefined) this.add(file, owner);
  }

  /** All that might be the file at this path with this locator. */
  like(path: string, locator: string | null): Registered[] {
    const found = new Set(this.#byName.get(nameKey(path)));
    if (locator !== null) for (const entry of this.#byLocator.get(locator) ?? []) found.add(entry);
    return [...found];
  }
}

function nameKey(path: string): string {
  return basename(path).toLowerCase();
}

function put(index: Map<string, Set<Registered>>, key: string | null, entry: Registered): void {
  if (key === null) return;
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([entry]));
  else set.add(entry);
}

function drop(index: Map<string, Set<Registered>>, key: string | null, entry: Registered): void {
  if (key === null) return;
  const set = index.get(key);
  set?.delete(entry);
  if (set?.size === 0) index.delete(key);
}
