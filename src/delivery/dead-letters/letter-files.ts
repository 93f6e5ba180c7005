/**
 * The files of a letter box: `dead-letters/letters-000001.ndjson` and so on in a state folder, readable by their owner
 * alone. The newest one grows until it is full; when there are too many the oldest goes. What a crash left half-written at the end of
 * the newest is cut off, so that every line is whole.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface LetterLimits {
  /** Of one file. */
  readonly fileBytesMax: number;
  readonly filesMax: number;
}

export const letterLimits: LetterLimits = { fileBytesMax: 4 * 1024 * 1024, filesMax: 8 };

/** Before the line at this byte of this file. */
export interface LetterPlace {
  readonly file: number;
  readonly offset: number;
}

const named = /^letters-(\d{6,15})\.ndjson$/;
const readBytes = 1024 * 1024;

export class LetterFiles implements AsyncDisposable {
  readonly directory: string;
  readonly #limits: LetterLimits;
  /** In rising order; never empty once open. */
  #numbers: number[];
  #handle: FileHandle | null = null;
  #size = 0;

  private constructor(directory: string, limits: LetterLimits, numbers: number[]) {
    this.directory = directory;
    this.#limits = limits;
    this.#numbers = numbers;
  }

  /** Makes the folder where there is none. Rejects where it cannot. */
  static async open(directory: string, limits: LetterLimits): Promise<LetterFiles> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(directory)).flatMap((name) => {
      const number = named.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    return new LetterFiles(
      directory,
      limits,
      numbers.toSorted((a, b) => a - b),
    );
  }

  path(number: number): string {
    return join(this.directory, `letters-${String(number).padStart(6, '0')}.ndjson`);
  }

  /** Numbers of the files, rising. */
  get numbers(): readonly number[] {
    return this.#numbers;
  }

  /** Durable when it resolves. When it rejects nothing of it is in the files. */
  async append(text: Buffer): Promise<void> {
    let handle = await this.#newest();
    if (this.#size >= this.#limits.fileBytesMax) {
      await this.#rotate();
      handle = await this.#newest();
    }
    const before = this.#size;
    try {
      for (let done = 0; done < text.length;) {
        done += (await handle.write(text, done, text.length - done, before + done)).bytesWritten;
      }
      await handle.sync();
    } catch (error) {
      // Half a line would spoil the next one. Where this fails too, opening the file anew cuts it off.
      await handle.truncate(before).catch(() => this.#close());
      throw error;
    }
    this.#size = before + text.length;
  }

  /** Whole lines from a place on, and the place behind them; null at the end. Where the place has gone, from the oldest on. */
  async read(from: LetterPlace): Promise<{ readonly lines: readonly string[]; readonly next: LetterPlace } | null> {
    for (const number of this.#numbers) {
      if (number < from.file) continue;
      const offset = number === from.file ? from.offset : 0;
      const bytes = await this.#bytes(number, offset);
      const end = bytes.lastIndexOf(0x0a) + 1;
      if (end === 0) continue;
      const lines = bytes.toString('utf8', 0, end - 1).split('\n');
      return { lines, next: { file: number, offset: offset + end } };
    }
    return null;
  }

  async #bytes(number: number, offset: number): Promise<Buffer> {
    const handle = await open(this.path(number), 'r');
    try {
      const buffer = Buffer.allocUnsafe(readBytes);
      const { bytesRead } = await handle.read(buffer, 0, readBytes, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async #newest(): Promise<FileHandle> {
    if (this.#handle !== null) return this.#handle;
    const number = this.#numbers.at(-1) ?? 1;
    this.#handle = await this.#open(number);
    if (this.#numbers.length === 0) this.#numbers.push(number);
    return this.#handle;
  }

  async #open(number: number): Promise<FileHandle> {
    const handle = await open(this.path(number), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      this.#size = await cutTornLine(handle);
      // The folder too, or a new file may be gone after a power cut.
      await syncFolder(this.directory);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    await this.#close();
    const next = (this.#numbers.at(-1) ?? 0) + 1;
    this.#handle = await this.#open(next);
    this.#numbers.push(next);
    const gone = this.#numbers.splice(0, Math.max(0, this.#numbers.length - this.#limits.filesMax));
    for (const number of gone) await rm(this.path(number), { force: true });
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** Answers the size without what stands behind the last line end. */
async function cutTornLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const tail = Buffer.allocUnsafe(Math.min(size, readBytes));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const end = size - tail.length + tail.lastIndexOf(0x0a) + 1;
  if (end < size) await handle.truncate(end);
  return end;
}

/** Windows has no handle of a folder to flush, and needs none. */
async function syncFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
