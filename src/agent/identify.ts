/**
 * Which file is this? A path, an inode number or a first line alone identifies nothing: names are re-used, inodes are
 * re-used, and all logs of a protocol begin alike. A file is resumed only when something that names it (the locator,
 * or its name) and what was read from it (prefix, guard, length) agree. Everything else is read from its first byte,
 * and counted by reason.
 *
 * A locator that has changed although name and bytes agree is a share that was mounted anew, a file server that makes
 * up its inode numbers, or a copy put back in place. The rows before the position are the same rows, byte for byte,
 * so they are not read again.
 */
import { basename } from 'node:path';
import type { FileRecord } from '../delivery/records.ts';

/** A file as it is seen: what an open handle and the path that led to it say. */
export interface Seen {
  readonly path: string;
  /** `dev:ino`, null where the file system gives none. */
  readonly locator: string | null;
  readonly size: number;
}

export type Claim = 'locator' | 'path' | 'name';

/** A file that is known and may be the one that is seen, and whether the bytes agree. */
export interface Candidate {
  readonly record: FileRecord;
  readonly claim: Claim;
  /** Prefix and guard hold in what is seen. */
  readonly bytesAgree: boolean;
  /** It is open, so its locator cannot have been given to another file. */
  readonly isHeld: boolean;
}

export type Identity =
  | { readonly kind: 'same'; readonly record: FileRecord; readonly claim: Claim }
  /** The bytes of a known file are gone: the same file from 0. */
  | { readonly kind: 'restarted'; readonly record: FileRecord; readonly reason: 'truncated' | 'rewritten' }
  /** Another file stands where a known one stood. */
  | { readonly kind: 'new'; readonly replaced: FileRecord | null };

/**
 * How a known file may claim to be the one that is seen; null = not at all.
 *
 * @param isElsewhere the known file is proven to exist under another path, or may: then only its locator counts
 */
export function claimOf(record: FileRecord, seen: Seen, isElsewhere: boolean): Claim | null {
  if (record.locator !== null && record.locator === seen.locator) return 'locator';
  if (isElsewhere) return null;
  if (record.path === seen.path) return 'path';
  // Nothing read, nothing to recognise it by.
  if (record.offset === 0) return null;
  return basename(record.path).toLowerCase() === basename(seen.path).toLowerCase() ? 'name' : null;
}

const strength: Readonly<Record<Claim, number>> = { locator: 0, path: 1, name: 2 };

export function identify(seen: Seen, candidates: readonly Candidate[]): Identity {
  const same = candidates
    .filter(({ record, bytesAgree }) => bytesAgree && seen.size >= record.offset)
    .toSorted(byAgreement)[0];
  if (same !== undefined) return { kind: 'same', record: same.record, claim: same.claim };
  const inPlace = candidates
    .filter(({ record, claim, isHeld }) => record.path === seen.path || (claim === 'locator' && isHeld))
    .toSorted(byClaim)[0];
  if (inPlace === undefined) return { kind: 'new', replaced: null };
  const { record, claim } = inPlace;
  // Without a locator on either side nothing tells a rewritten file from another one at its place.
  if (claim !== 'locator' && !(record.locator === null && seen.locator === null)) {
    return { kind: 'new', replaced: record };
  }
  return { kind: 'restarted', record, reason: seen.size < record.offset ? 'truncated' : 'rewritten' };
}

/** The more bytes agree the better: a file of which only the header was read agrees with every file of its protocol. */
function byAgreement(left: Candidate, right: Candidate): number {
  return right.record.offset - left.record.offset || byClaim(left, right);
}

/** Of several that have stood at a path, the last. */
function byClaim(left: Candidate, right: Candidate): number {
  return strength[left.claim] - strength[right.claim] || right.record.epoch - left.record.epoch;
}
