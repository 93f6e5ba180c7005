/** The bytes of one log file in order, whether it lies there as it was written or compressed by gzip. */
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

export interface ByteSource extends AsyncDisposable {
  /** Fills in what comes next, from `start` to the end of the buffer as far as there is something; 0 at the end. */
  read(buffer: Buffer, start: number): Promise<number>;
  /** Goes on reading at an offset. Not for compressed files. */
  seek(offset: number): void;
  /** Bytes of the file itself that were read by now. */
  readonly bytesTaken: number;
}

/** Whether a file's name says that it is compressed. */
export function isCompressed(name: string): boolean {
  return /\.gz$/i.test(name);
}

/** The name that a compressed file had before. */
export function uncompressedName(name: string): string {
  return name.replace(/\.gz$/i, '');
}

export async function openSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r');
  return isCompressed(path) ? new GzipSource(handle) : new PlainSource(handle);
}

class PlainSource implements ByteSource {
  bytesTaken = 0;
  readonly #handle: FileHandle;
  #offset = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(buffer: Buffer, start: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(buffer, start, buffer.length - start, this.#offset);
    this.#offset += bytesRead;
    this.bytesTaken += bytesRead;
    return bytesRead;
  }

  seek(offset: number): void {
    this.#offset = offset;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

const chunkBytes = 256 * 1024;

/** Unpacks piece by piece: memory does not grow with what the file unpacks to. */
class GzipSource implements ByteSource {
  bytesTaken = 0;
  readonly #handle: FileHandle;
  readonly #pieces: AsyncIterator<Buffer, unknown>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(handle: FileHandle) {
    this.#handle = handle;
    const packed = handle.createReadStream({ autoClose: false, highWaterMark: chunkBytes });
    const gunzip = createGunzip({ chunkSize: chunkBytes });
    packed.on('data', (chunk) => {
      this.bytesTaken += chunk.length;
    });
    packed.on('error', (error) => gunzip.destroy(error));
    packed.pipe(gunzip);
    this.#pieces = (gunzip as AsyncIterable<Buffer, unknown>)[Symbol.asyncIterator]();
  }

  async read(buffer: Buffer, start: number): Promise<number> {
    if (this.#piece.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return 0;
      this.#piece = next.value;
    }
    const length = this.#piece.copy(buffer, start);
    this.#piece = this.#piece.subarray(length);
    return length;
  }

  seek(): never {
    throw new Error('a compressed file is read from its start');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
    await this.#handle.close();
  }
}
