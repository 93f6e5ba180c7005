/**
 * Reads what lies behind a file's position, and proves with the same read that the bytes before it are still those
 * that were read: every read begins at the guard. Growth is what a read brings; sizes and times are never asked.
 *
 * NULs at the end of a file are space that was reserved and not written yet (or not any more, after a power loss):
 * they wait. NULs with something behind them are a hole, left where a file was cut under a writer that kept its place:
 * the reader of rows passes over it.
 */
import type { FileHandle } from 'node:fs/promises';
import type { FileRecord } from '../delivery/records.ts';
import { guardBytesMax, guardStart, hashOfRange, prefixBytesMax, readFully } from './fingerprint.ts';

export interface Piece {
  /** From the position on; without NULs that are not written yet. Valid as long as the buffer is. */
  readonly bytes: Buffer;
  /** The file ended here when it was read. */
  readonly atEnd: boolean;
  /** How far the file was seen, NULs included. */
  readonly seenTo: number;
  /** NULs reach from the end of `bytes` up to here, with nothing behind them; 0 = none. */
  readonly nulsUntil: number;
}

/**
 * Answers `changed` when the bytes before the position are not those that were read.
 *
 * @param buffer holds the guard and what is read: `bufferBytes` of it
 * @param known how far the file was seen before, and up to where with nothing but NULs at its end
 */
export async function readPiece(
  handle: FileHandle,
  at: Pick<FileRecord, 'offset' | 'guard'>,
  buffer: Buffer,
  known: { readonly size: number; readonly nulsUntil: number },
): Promise<Piece | 'changed'> {
  const { offset, guard } = at;
  // One read where one is enough: two would be of two moments, with a rewriting writer between them.
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, guard.start);
  const isShort = bytesRead < buffer.length && guard.start + bytesRead < known.size;
  const filled = isShort
    ? bytesRead + (await readFully(handle, buffer.subarray(bytesRead), guard.start + bytesRead))
    : bytesRead;
  if (filled < guard.length || hashOfRange(guard.start, buffer.subarray(0, guard.length)).hash !== guard.hash) {
    return 'changed';
  }
  const bytes = buffer.subarray(guard.length, filled);
  const atEnd = filled < buffer.length;
  const seenTo = offset + bytes.length;
  const writtenEnd = endWithoutNuls(bytes);
  if (writtenEnd === bytes.length) return { bytes, atEnd, seenTo, nulsUntil: 0 };
  const written = bytes.subarray(0, writtenEnd);
  if (atEnd) return { bytes: written, atEnd: true, seenTo, nulsUntil: seenTo };
  if (written.includes(lineFeed)) return { bytes: written, atEnd: false, seenTo, nulsUntil: 0 };
  const end = await endOfNuls(handle, Math.max(seenTo, known.nulsUntil));
  return end === null
    ? { bytes, atEnd: false, seenTo, nulsUntil: 0 }
    : { bytes: written, atEnd: true, seenTo: end, nulsUntil: end };
}

const lineFeed = 0x0a;
const lookBytes = 1024 * 1024;

function endWithoutNuls(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

/** Where the file ends if nothing but NULs comes from `from` on; null when something does. */
async function endOfNuls(handle: FileHandle, from: number): Promise<number | null> {
  const buffer = Buffer.allocUnsafe(lookBytes);
  for (let position = from; ; position += lookBytes) {
    const filled = await readFully(handle, buffer, position);
    if (endWithoutNuls(buffer.subarray(0, filled)) > 0) return null;
    if (filled < lookBytes) return position + filled;
  }
}

/**
 * What is kept of a file's bytes when its position moves to `end`.
 *
 * @param buffer what `readPiece` filled: from the guard on
 * @param head the file's first bytes, as far as they were read; null = not at hand, the prefix then stays
 */
export function fingerprintAt(
  at: Pick<FileRecord, 'offset' | 'guard' | 'prefix'>,
  buffer: Buffer,
  head: Buffer | null,
  end: number,
): { readonly guard: FileRecord['guard']; readonly prefix: FileRecord['prefix']; readonly head: Buffer | null } {
  const from = guardStart(end);
  const guard = hashOfRange(from, buffer.subarray(from - at.guard.start, end - at.guard.start));
  if (head === null || head.length >= prefixBytesMax || head.length !== at.offset) {
    return { guard, prefix: at.prefix, head };
  }
  const wanted = Math.min(end, prefixBytesMax) - at.offset;
  const grown = Buffer.concat([head, buffer.subarray(at.guard.length, at.guard.length + wanted)]);
  return { guard, prefix: hashOfRange(0, grown), head: grown };
}

/** The first bytes of a file that is resumed before its prefix is full. */
export async function readHead(handle: FileHandle, offset: number): Promise<Buffer | null> {
  if (offset >= prefixBytesMax) return null;
  const head = Buffer.allocUnsafe(offset);
  return (await readFully(handle, head, 0)) === offset ? head : null;
}

/** Bytes of buffer for a read of `bytes`. */
export function bufferBytes(bytes: number): number {
  return bytes + guardBytesMax;
}
