import { type FileHandle, open } from 'node:fs/promises';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { type ReaderState, startOfFile } from '../exchange-log/slice.ts';
import type { InputFile } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import type { Tally } from './tally.ts';

/** Bytes read at once; more than a row may have, so that every step moves on. */
const sliceBytes = 4 * 1024 * 1024;

/** Reads files one after the other into a tally, through one buffer. */
export class FileReader {
  readonly #buffer = Buffer.allocUnsafe(sliceBytes);
  readonly #tally: Tally;
  readonly #caches: ReaderCaches;
  readonly #options: Pick<ReportOptions, 'since' | 'until' | 'signal' | 'progress'>;

  constructor(
    tally: Tally,
    caches: ReaderCaches,
    options: Pick<ReportOptions, 'since' | 'until' | 'signal' | 'progress'>,
  ) {
    this.#tally = tally;
    this.#caches = caches;
    this.#options = options;
  }

  /**
   * Reads one file to its end. Rejects with what the operating system says; what was read before stays counted.
   *
   * @param isFinished the file gets no more rows: a last row without its line end is one
   */
  async read(file: InputFile, isFinished: boolean): Promise<void> {
    const { since, until, signal, progress } = this.#options;
    const source = this.#tally.source(file);
    await using handle = await open(file.path, 'r');
    this.#tally.files++;
    source.files++;
    let state: ReaderState = startOfFile;
    let offset = 0;
    let lines = 0;
    let isUnterminated = false;
    for (let isEnd = false; !isEnd;) {
      signal.throwIfAborted();
      const { length, atEnd } = await this.#fill(handle, offset);
      isEnd = atEnd;
      const slice = readSlice(state, this.#buffer.subarray(0, length), offset, {
        protocol: file.protocol,
        server: file.server,
        file: file.path,
        finished: isEnd && isFinished,
        caches: this.#caches,
        ...(since === null ? {} : { since }),
        ...(until === null ? {} : { until }),
      });
      this.#tally.addSlice(file.protocol, file.path, slice, lines);
      const bytes = isEnd ? length : slice.end - offset;
      this.#tally.bytes += bytes;
      progress.read(bytes);
      state = slice.state;
      offset = slice.end;
      lines += slice.lines;
      isUnterminated = slice.unterminated;
    }
    if (isUnterminated && isFinished) {
      this.#tally.problems.add(file.path, lines + 1, 'last row without a line end');
    } else if (isUnterminated) {
      this.#tally.unterminated++;
    }
  }

  /** Fills the buffer from an offset on, as far as the file reaches. */
  async #fill(handle: FileHandle, offset: number): Promise<{ length: number; atEnd: boolean }> {
    let length = 0;
    while (length < sliceBytes) {
      const { bytesRead } = await handle.read(this.#buffer, length, sliceBytes - length, offset + length);
      if (bytesRead === 0) return { length, atEnd: true };
      length += bytesRead;
    }
    return { length, atEnd: false };
  }
}
