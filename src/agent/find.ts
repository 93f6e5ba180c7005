/**
 * What is there to follow? Lists one PATH to any depth by the names of files alone: entries of a directory say
 * nothing reliable about size or time while Exchange holds a file open.
 *
 * A listing is complete only if every folder on the way was listed without error, and only complete listings prove
 * that something is absent. A folder that vanished between being seen and being listed makes it incomplete too: the
 * next one will not see it.
 */
import { type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type LogFileName, type OwnPrefix, parseLogFileName } from '../exchange-log/file-name.ts';
import { realPath } from '../runtime/real-path.ts';
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
  /** Log files that count, of the wanted protocols. */
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

interface Walk {
  readonly followed: FollowedPath;
  readonly prefixes: readonly OwnPrefix[];
  readonly filesMax: number;
  readonly files: Map<string, FoundFile>;
  readonly folders: Set<string>;
  readonly devices: Set<string>;
  readonly errors: ScanError[];
  ignoredFiles: number;
}

function note(walk: Walk, path: string, error: unknown): void {
  walk.errors.push({ path, code: errorCode(error), message: errorText(error) });
}

/** Never rejects: whatever fails is named in `errors`. */
export async function find(followed: FollowedPath, filesMax: number): Promise<Listing> {
  const walk: Walk = {
    followed,
    prefixes: ownPrefixes(followed),
    filesMax,
    files: new Map(),
    folders: new Set(),
    devices: new Set(),
    errors: [],
    ignoredFiles: 0,
  };
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
      take(walk, basename(path), root, dirname(path), basename(real));
    }
  } catch (error) {
    note(walk, path, error);
  }
  const { folders, devices, ignoredFiles, errors } = walk;
  return { root, files: [...walk.files.values()], folders: [...folders], devices, ignoredFiles, errors };
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
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    // A link that leads back up, or two that lead to one place, are walked once.
    if (walk.folders.has(folder.real)) continue;
    let entries: Dirent[];
    try {
      await enter(walk, folder.real);
      entries = await readdir(folder.real, { withFileTypes: true });
    } catch (error) {
      note(walk, folder.reached, error);
      continue;
    }
    for (const entry of entries) {
      if (entry.isFile()) take(walk, entry.name, folder.real, folder.reached);
      else if (entry.isDirectory()) waiting.push(below(folder, entry.name));
      else if (entry.isSymbolicLink()) await follow(walk, entry.name, below(folder, entry.name), waiting);
      if (walk.files.size > walk.filesMax) {
        walk.errors.push({ path: folder.reached, code: 'LIMIT', message: `more than ${walk.filesMax} log files` });
        return;
      }
    }
  }
}

function below({ reached, real }: Folder, name: string): Folder {
  return { reached: join(reached, name), real: join(real, name) };
}

async function enter(walk: Walk, folder: string): Promise<void> {
  walk.folders.add(folder);
  walk.devices.add(String((await stat(folder, { bigint: true })).dev));
}

/** Links are followed. One that leads nowhere is no folder that could hide files, so it is no error. */
async function follow(walk: Walk, name: string, link: Folder, waiting: Folder[]): Promise<void> {
  try {
    const real = await realPath(link.real);
    if ((await stat(real)).isDirectory()) waiting.push({ reached: link.reached, real });
    else take(walk, name, dirname(real), dirname(link.reached), basename(real));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ELOOP') note(walk, link.reached, error);
  }
}

/** @param realName of the file in its folder, where a link gives it the name that counts */
function take(walk: Walk, fileName: string, realFolder: string, folder: string, realName = fileName): void {
  const name =
    walk.prefixes.length === 0 ? knownName(fileName) : parseLogFileName(fileName, { prefixes: walk.prefixes });
  if (name === null) return;
  if (!isRead(name, walk.followed)) {
    walk.ignoredFiles++;
    return;
  }
  const path = realFolder.endsWith(sep) ? realFolder + realName : realFolder + sep + realName;
  if (!walk.files.has(path)) walk.files.set(path, { path, folder, name });
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
