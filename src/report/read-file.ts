import { formatOfHead } from '../exchange-log/formats.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { type ReaderState, startOfFile } from '../exchange-log/slice.ts';
import { type ByteSource, openSource } from './byte-source.ts';
import type { InputFile } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import type { Tally } from './tally.ts';

/**
 * Bytes read at once; more than a row may have, so that every step moves on, and little enough for the events of a
 * step to be gone before the garbage collector copies them.
 */
const sliceBytes = 1.5 * 1024 * 1024;

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
    await using source = await openSource(file.path);
    this.#tally.files++;
    const servers = new Set<string>();
    try {
      await this.#readAll(file, source, isFinished, servers);
    } finally {
      this.#tally.addFile(file, servers);
    }
  }

  /** @param servers takes in those that the rows name */
  async #readAll(file: InputFile, source: ByteSource, isFinished: boolean, servers: Set<string>): Promise<void> {
    const { since, until, signal, progress } = this.#options;
    let format = file.name?.format;
    let state: ReaderState = startOfFile;
    let offset = 0;
    let lines = 0;
    let isUnterminated = false;
    /** Bytes at the head of the buffer that were read and belong to a row that is not whole. */
    let kept = 0;
    for (let isEnd = false; !isEnd;) {
      signal.throwIfAborted();
      const takenBefore = source.bytesTaken;
      const { length, atEnd } = await this.#fill(source, kept);
      isEnd = atEnd;
      const bytes = this.#buffer.subarray(0, length);
      format ??= formatOfHead(file.protocol, bytes);
      const slice = readSlice(state, bytes, offset, {
        protocol: file.protocol,
        format,
        server: file.server,
        file: file.path,
        finished: isEnd && isFinished,
        caches: this.#caches,
        onLogin: (login) => this.#tally.failedLogins.add(file.protocol, login),
        ...(since === null ? {} : { since }),
        ...(until === null ? {} : { until }),
      });
      this.#tally.addSlice(file.protocol, file.path, slice, lines);
      for (const { server } of slice.servers) servers.add(server);
      this.#tally.bytes += length - kept;
      progress.read(source.bytesTaken - takenBefore);
      kept = length - (slice.end - offset);
      this.#buffer.copyWithin(0, length - kept, length);
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

  /** Fills the buffer behind what is kept, as far as the file reaches. */
  async #fill(source: ByteSource, kept: number): Promise<{ length: number; atEnd: boolean }> {
    let length = kept;
    while (length < sliceBytes) {
      const bytesRead = await source.read(this.#buffer, length);
      if (bytesRead === 0) return { length, atEnd: true };
      length += bytesRead;
    }
    return { length, atEnd: false };
  }
}
