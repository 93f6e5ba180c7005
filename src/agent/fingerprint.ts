/**
 * Evidence that a file still holds the bytes that were read from it: a hash of its first bytes and one of the bytes
 * before the position. Both cover only what was read, so that a tail which is still being written cannot change them.
 *
 * All logs of one protocol begin with the same ~180 bytes; 1024 reach past them, and past the `#Date` line, into the
 * first rows. A file that is shorter is covered as far as it has been read, and its prefix grows with it.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { RangeHash } from '../delivery/records.ts';

export const prefixBytesMax = 1024;
export const guardBytesMax = 256;

export const nothingRead: RangeHash = hashOfRange(0, Buffer.alloc(0));

export function hashOfRange(start: number, bytes: Uint8Array): RangeHash {
  return { start, length: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') };
}

export function prefixLength(offset: number): number {
  return Math.min(offset, prefixBytesMax);
}

export function guardStart(offset: number): number {
  return Math.max(0, offset - guardBytesMax);
}

/**
 * Reads until `buffer` is full or the file ends; returns how many bytes there were. Positional, so that any number of
 * readers can share a handle.
 */
export async function readFully(handle: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Whether the file still holds what was hashed. */
export async function holds(handle: FileHandle, range: RangeHash): Promise<boolean> {
  const bytes = Buffer.allocUnsafe(range.length);
  const length = await readFully(handle, bytes, range.start);
  return length === range.length && hashOfRange(range.start, bytes).hash === range.hash;
}
