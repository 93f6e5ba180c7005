/**
 * Runs of bytes compared and hashed four at a time. A view on the bytes does that in one load each; the one used last
 * is kept, since thousands of calls after another ask about the same bytes.
 */
let viewed: Buffer = Buffer.alloc(0);
let view = new DataView(viewed.buffer, viewed.byteOffset, viewed.length);

export function viewOf(bytes: Buffer): DataView {
  if (bytes !== viewed) {
    viewed = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return view;
}

/**
 * A hash of a run of bytes, started from another one to chain several runs into one; 32 bits, signed. As FNV-1a but by
 * four bytes, since each step has to wait for the one before; the shift lets upper bits reach the lower ones.
 */
export function hashBytes(bytes: Buffer, start: number, end: number, seed: number): number {
  const words = viewOf(bytes);
  let hash = seed ^ 0x811c9dc5 ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ words.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) {
    hash = Math.imul(hash ^ words.getUint8(at), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** Whether two runs of the same bytes are equal. */
export function sameBytes(bytes: Buffer, startA: number, endA: number, startB: number, endB: number): boolean {
  const words = viewOf(bytes);
  return endA - startA === endB - startB && sameWords(words, startA, words, startB, endA - startA);
}

export function sameWords(a: DataView, startA: number, b: DataView, startB: number, length: number): boolean {
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (a.getInt32(startA + at, true) !== b.getInt32(startB + at, true)) return false;
  }
  for (; at < length; at++) {
    if (a.getUint8(startA + at) !== b.getUint8(startB + at)) return false;
  }
  return true;
}
