/** Looks at one path of a listing: opens it, and finds out which file it is. Changes nothing but what is open. */
import { type FileHandle, stat } from 'node:fs/promises';
import type { FileRecord } from '../delivery/records.ts';
import type { FoundFile } from './find.ts';
import { holds, prefixBytesMax, readFully } from './fingerprint.ts';
import type { FollowedFile } from './followed-file.ts';
import type { Handles, OpenFile } from './handles.ts';
import { type Candidate, claimOf, identify } from './identify.ts';
import { errorCode, isAbsent } from './open-errors.ts';
import type { Owner, Registered, Registry } from './registry.ts';

export type Examined =
  /** The file held open is still the one at the path. */
  | { readonly kind: 'held'; readonly size: number }
  | { readonly kind: 'same'; readonly known: Registered; readonly opened: OpenFile }
  | {
      readonly kind: 'restarted';
      readonly known: Registered;
      readonly reason: 'truncated' | 'rewritten';
      readonly opened: OpenFile;
    }
  | { readonly kind: 'new'; readonly replaced: Registered | null; readonly opened: OpenFile }
  /** Another name of a file that is followed under its first. */
  | { readonly kind: 'alias' };

export interface ExamineContext {
  readonly handles: Handles;
  readonly registry: Registry;
  readonly owner: Owner;
  readonly signal: AbortSignal;
}

/**
 * Whoever gets an opened file closes it. Rejects with what `open` and `read` reject with.
 *
 * @param known the file that stood at the path when it was last looked at
 */
export async function examine(
  found: FoundFile,
  known: FollowedFile | undefined,
  context: ExamineContext,
): Promise<Examined> {
  const opened = await context.handles.openFile(found.path, context.signal);
  let isKept = false;
  try {
    if (known !== undefined && isSameHandle(known.held, opened) && (await mayHaveGrown(known, opened))) {
      return { kind: 'held', size: opened.size };
    }
    const result = await recognise(found, opened, context);
    isKept = result.kind !== 'alias';
    return result;
  } finally {
    if (!isKept) await opened[Symbol.asyncDispose]();
  }
}

function isSameHandle(held: OpenFile | null, opened: OpenFile): boolean {
  return held !== null && held.locator !== null && held.locator === opened.locator;
}

/** A size says how much there is to read, or to lose, of a file only if the file still holds what was read of it. */
async function mayHaveGrown({ size, read }: FollowedFile, opened: OpenFile): Promise<boolean> {
  return opened.size <= size || (await holds(opened.handle, read.guard));
}

async function recognise(found: FoundFile, opened: OpenFile, { registry, owner }: ExamineContext): Promise<Examined> {
  const { path } = found;
  const seen = { path, locator: opened.locator, size: opened.size };
  const candidates: Candidate[] = [];
  const byId = new Map<string, Registered>();
  for (const known of registry.like(path, seen.locator)) {
    const { file } = known;
    if (file.name.protocol !== found.name.protocol) continue;
    const hasLocator = seen.locator !== null && file.read.locator === seen.locator;
    // Every server has files of this name: those of others are looked at only where the locator says so, or a share
    // that is away would hold up this one.
    const isOfServer = known.owner.record.server === owner.record.server;
    if (!isOfServer && !hasLocator) continue;
    const isElsewhere = file.path !== path && (await mayStandAt(file.path));
    if (hasLocator && isElsewhere && (await locatorOf(file.path)) === seen.locator) return { kind: 'alias' };
    // A path that is of another server now was named anew: it is read for that server. A file that was moved is not.
    if (!isOfServer && file.path === path) continue;
    const claim = claimOf(file.read, seen, isElsewhere || (await isStillLinked(file)));
    if (claim === null) continue;
    const bytesAgree = await agrees(opened, file.read);
    candidates.push({ record: file.read, claim, bytesAgree, isHeld: file.held !== null });
    byId.set(file.id, known);
  }
  const identity = identify(seen, candidates);
  if (identity.kind === 'new') {
    return { kind: 'new', replaced: byId.get(identity.replaced?.id ?? '') ?? null, opened };
  }
  const known = byId.get(identity.record.id);
  if (known === undefined) throw new Error('a file was recognised that is not known');
  return identity.kind === 'same'
    ? { kind: 'same', known, opened }
    : { kind: 'restarted', known, reason: identity.reason, opened };
}

/** Whether what is open holds what was read of a file. */
async function agrees({ handle, size }: OpenFile, read: FileRecord): Promise<boolean> {
  if (!(await holds(handle, read.prefix)) || !(await holds(handle, read.guard))) return false;
  // Equal bytes are rows that were counted, so nothing is lost by going on behind them, unless they end in the middle
  // of a row: a file that was gone, finished there, and of which little was read, is not known by that little.
  const wasGone = read.finished && read.missingSince !== null;
  const isLittle = read.offset > 0 && read.offset < prefixBytesMax;
  return !(wasGone && isLittle && size > read.offset) || (await endsRow(handle, read.offset));
}

async function endsRow(handle: FileHandle, offset: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await readFully(handle, last, offset - 1);
  return last[0] === lineFeed;
}

const lineFeed = 0x0a;

/** Whether something is there, or could not be proven not to be. */
async function mayStandAt(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    return !isAbsent(errorCode(error));
  }
}

async function locatorOf(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return ino === 0n ? null : `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** A file held open that still has a name was moved away, not deleted. */
async function isStillLinked(file: FollowedFile): Promise<boolean> {
  return file.held !== null && file.held.locator !== null && (await file.held.handle.stat()).nlink > 0;
}
