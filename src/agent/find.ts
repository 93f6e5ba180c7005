/**
 * What is there to follow? Lists one PATH to any depth by the names of files alone: entries of a directory say
 * nothing reliable about size or time while Exchange holds a file open.
 *
 * A listing is complete only if every folder on the way was listed without error, and only complete listings prove
 * that something is absent. A folder that vanished between being seen and being listed makes it incomplete too: the
 * next one will not see it.
 */
import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type LogFileName, type OwnPrefix, parseLogFileName } from '../exchange-log/file-name.ts';
import type { Clock } from '../runtime/clock.ts';
import { realPath } from '../runtime/real-path.ts';
import { KnownFolders } from './known-folders.ts';
import { errorCode, errorText } from './open-errors.ts';
import type { FollowedPath } from './options.ts';

export interface FoundFile {
  /** Real path of the file: what it is known by. */
  readonly path: string;
  /** The folder as it was reached from PATH, links not resolved: what names the server, and holds a series of files. */
  readonly folder: string;
  readonly name: LogFileName;
}

export interface ScanError {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface Listing {
  /** Real path of the folder that PATH is, or that holds the file PATH; null where it could not be resolved. */
  readonly root: string | null;
  /** Log files that count, of the wanted protocols. With a memory the same list as before while they are the same. */
  readonly files: readonly FoundFile[];
  /** Real paths of all folders listed. */
  readonly folders: readonly string[];
  /** Numbers of the file systems that they are on, decimal. */
  readonly devices: ReadonlySet<string>;
  /** Log files that are known by name and not read: back ends, protocols that are not wanted. */
  readonly ignoredFiles: number;
  readonly errors: readonly ScanError[];
}

export function isComplete(listing: Listing): boolean {
  return listing.root !== null && listing.errors.length === 0;
}

/** What the listings of one PATH may spare each other. */
export class ListingMemory {
  readonly folders: KnownFolders<FolderContent>;
  #parts: readonly FolderContent[] = [];
  #files: readonly FoundFile[] = [];

  constructor(clock: Clock) {
    this.folders = new KnownFolders(clock);
  }

  /** The files of all parts. As long as they stay the same, it is the same list. */
  filesOf(parts: readonly FolderContent[]): readonly FoundFile[] {
    if (isSame(parts, this.#parts)) return this.#files;
    this.#parts = parts;
    const files = joined(parts);
    if (!isSame(pathsOf(files), pathsOf(this.#files))) this.#files = files;
    return this.#files;
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((one, index) => one === right[index]);
}

function pathsOf(files: readonly FoundFile[]): string[] {
  return files.map(({ folder, path }) => `${folder}\n${path}`);
}

/** A file that two ways lead to is one. */
function joined(parts: readonly FolderContent[]): FoundFile[] {
  const files = new Map<string, FoundFile>();
  for (const part of parts) for (const file of part.files) if (!files.has(file.path)) files.set(file.path, file);
  return [...files.values()];
}

/** What one folder holds. */
interface FolderContent {
  readonly files: FoundFile[];
  readonly below: Folder[];
  ignoredFiles: number;
  /** Where a link leads may change without the folder's times. */
  hasLinks: boolean;
}

interface Walk {
  readonly followed: FollowedPath;
  readonly prefixes: readonly OwnPrefix[];
  readonly filesMax: number;
  readonly memory: ListingMemory | null;
  readonly parts: FolderContent[];
  readonly folders: Set<string>;
  readonly devices: Set<string>;
  readonly errors: ScanError[];
}

function note(walk: Walk, path: string, error: unknown): void {
  walk.errors.push({ path, code: errorCode(error), message: errorText(error) });
}

/** Never rejects: whatever fails is named in `errors`. */
export async function find(
  followed: FollowedPath,
  filesMax: number,
  memory: ListingMemory | null = null,
): Promise<Listing> {
  const walk: Walk = {
    followed,
    prefixes: ownPrefixes(followed),
    filesMax,
    memory,
    parts: [],
    folders: new Set(),
    devices: new Set(),
    errors: [],
  };
  memory?.folders.begin();
  const path = resolve(followed.path);
  let root: string | null = null;
  try {
    const real = await realPath(path);
    if ((await stat(real)).isDirectory()) {
      root = real;
      await walkFolders(walk, { reached: path, real });
    } else {
      root = dirname(real);
      await enter(walk, root);
      const content = emptyContent();
      take(walk, content, basename(path), root, dirname(path), basename(real));
      walk.parts.push(content);
    }
  } catch (error) {
    note(walk, path, error);
  }
  const { parts, folders, devices, errors } = walk;
  const ignoredFiles = parts.reduce((sum, part) => sum + part.ignoredFiles, 0);
  return { root, files: memory?.filesOf(parts) ?? joined(parts), folders: [...folders], devices, ignoredFiles, errors };
}

function emptyContent(): FolderContent {
  return { files: [], below: [], ignoredFiles: 0, hasLinks: false };
}

/** A prefix of one's own says nothing of the protocol: the one protocol of its PATH does. */
function ownPrefixes({ prefix, protocols }: FollowedPath): OwnPrefix[] {
  const protocol = protocols?.[0];
  return prefix === undefined || protocol === undefined ? [] : [{ prefix, protocol }];
}

interface Folder {
  readonly reached: string;
  readonly real: string;
}

async function walkFolders(walk: Walk, top: Folder): Promise<void> {
  const waiting = [top];
  let files = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    // A link that leads back up, or two that lead to one place, are walked once.
    if (walk.folders.has(folder.real)) continue;
    try {
      const content = await contentOf(walk, folder);
      walk.parts.push(content);
      waiting.push(...content.below);
      files += content.files.length;
    } catch (error) {
      note(walk, folder.reached, error);
    }
    if (files > walk.filesMax) {
      walk.errors.push({ path: folder.reached, code: 'LIMIT', message: `more than ${walk.filesMax} log files` });
      return;
    }
  }
}

async function contentOf(walk: Walk, folder: Folder): Promise<FolderContent> {
  const key = `${folder.reached}\n${folder.real}`;
  const stats = await enter(walk, folder.real);
  const known = walk.memory?.folders.recall(key, stats);
  if (known !== null && known !== undefined) return known;
  const content = emptyContent();
  for (const entry of await readdir(folder.real, { withFileTypes: true })) {
    if (entry.isFile()) take(walk, content, entry.name, folder.real, folder.reached);
    else if (entry.isDirectory()) content.below.push(below(folder, entry.name));
    else if (entry.isSymbolicLink()) await follow(walk, content, entry.name, below(folder, entry.name));
    // There are too many already: more would only take memory.
    if (content.files.length > walk.filesMax) break;
  }
  if (!content.hasLinks) walk.memory?.folders.remember(key, stats, content);
  return content;
}

function below({ reached, real }: Folder, name: string): Folder {
  return { reached: join(reached, name), real: join(real, name) };
}

async function enter(walk: Walk, folder: string): Promise<BigIntStats> {
  walk.folders.add(folder);
  const stats = await stat(folder, { bigint: true });
  walk.devices.add(String(stats.dev));
  return stats;
}

/** Links are followed. One that leads nowhere is no folder that could hide files, so it is no error. */
async function follow(walk: Walk, content: FolderContent, name: string, link: Folder): Promise<void> {
  content.hasLinks = true;
  try {
    const real = await realPath(link.real);
    if ((await stat(real)).isDirectory()) content.below.push({ reached: link.reached, real });
    else take(walk, content, name, dirname(real), dirname(link.reached), basename(real));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ELOOP') note(walk, link.reached, error);
  }
}

/** @param realName of the file in its folder, where a link gives it the name that counts */
function take(
  walk: Walk,
  content: FolderContent,
  fileName: string,
  realFolder: string,
  folder: string,
  realName = fileName,
): void {
  const name =
    walk.prefixes.length === 0 ? knownName(fileName) : parseLogFileName(fileName, { prefixes: walk.prefixes });
  if (name === null) return;
  if (!isRead(name, walk.followed)) {
    content.ignoredFiles++;
    return;
  }
  const path = realFolder.endsWith(sep) ? realFolder + realName : realFolder + sep + realName;
  content.files.push({ path, folder, name });
}

/** What names say that were met lately: the same ones are listed every second, ten thousand of them perhaps. */
const knownNames = new Map<string, LogFileName | null>();
const knownNamesMax = 50_000;

function knownName(fileName: string): LogFileName | null {
  let name = knownNames.get(fileName);
  if (name === undefined) {
    if (knownNames.size >= knownNamesMax) knownNames.clear();
    name = parseLogFileName(fileName);
    knownNames.set(fileName, name);
  }
  return name;
}

function isRead(name: LogFileName, { protocols }: FollowedPath): boolean {
  return name.isCounted && (protocols === undefined || protocols.includes(name.protocol));
}

/** Whether a PATH follows files of this name. */
export function isWanted(fileName: string, followed: FollowedPath): boolean {
  const name = parseLogFileName(fileName, { prefixes: ownPrefixes(followed) });
  return name !== null && isRead(name, followed);
}
