import { constants, zstdCompressSync } from 'node:zlib';

/** What events shrink to fits into one piece of this size, mostly: zlib makes another one for what does not. */
const chunkSize = 64 * 1024;

/** Level 1 is the cheapest by far, and little behind the others. */
export function zstd(bytes: Buffer): Buffer {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  // The size goes into the frame, so that readers know what room they need.
  return zstdCompressSync(bytes, { params, chunkSize, pledgedSrcSize: bytes.length });
}
