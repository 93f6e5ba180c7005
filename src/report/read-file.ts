import { formatOfHead, formats } from '../exchange-log/formats.ts';
import type { LogFormat } from '../exchange-log/format.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { type ReaderState, type SliceOptions, type SliceResult, startOfFile } from '../exchange-log/slice.ts';
import { type ByteSource, openSource } from './byte-source.ts';
import type { ReportOptions } from './options.ts';
import { GrowingOutcome } from './outcome.ts';
import type { FileRange, ReadOutcome, ReadTask } from './read-task.ts';
import { isSystemError, systemErrorText } from './system-error.ts';
import type { Tally } from './tally.ts';

/** Bytes read at once; more than a row may have, so that every step moves on. */
const sliceBytes = 1.5 * 1024 * 1024;
const lineFeed = 0x0a;
const wholeFile: FileRange = { start: 0, end: Number.POSITIVE_INFINITY, state: startOfFile };

/** Reads files, or parts of them, one after the other through one buffer. */
export class FileReader {
  readonly #buffer = Buffer.allocUnsafe(sliceBytes);
  readonly #caches: ReaderCaches;
  readonly #options: Pick<ReportOptions, 'since' | 'until' | 'signal'>;
  readonly #onBytes: (bytes: number) => void;

  /** @param onBytes hears of the bytes of files, packed as they are, that were read in one step */
  constructor(
    caches: ReaderCaches,
    options: Pick<ReportOptions, 'since' | 'until' | 'signal'>,
    onBytes: (bytes: number) => void,
  ) {
    this.#caches = caches;
    this.#options = options;
    this.#onBytes = onBytes;
  }

  /** Reads a file to its end. What the operating system says is part of the outcome; what was read before it counts. */
  async read(task: ReadTask, tally: Tally): Promise<ReadOutcome> {
    const outcome = new GrowingOutcome();
    try {
      await using source = await openSource(task.path);
      outcome.isOpened = true;
      await this.#readAll(task, source, tally, outcome);
    } catch (error) {
      if (this.#options.signal.aborted || !isSystemError(error)) throw error;
      outcome.failure = systemErrorText(error);
    }
    return outcome.result();
  }

  async #readAll(task: ReadTask, source: ByteSource, tally: Tally, outcome: GrowingOutcome): Promise<void> {
    const range = task.range ?? wholeFile;
    let format = formats[task.format];
    const listener = tally.listener(task.protocol);
    outcome.stateBefore = range.state ?? (await this.#stateOfHead(task, source, format));
    outcome.stateAfter = outcome.stateBefore;
    let offset = await this.#firstLine(source, range);
    /** Bytes at the head of the buffer that were read and belong to a row that is not whole. */
    let kept = 0;
    for (let isEnd = offset >= range.end; !isEnd;) {
      this.#options.signal.throwIfAborted();
      const takenBefore = source.bytesTaken;
      const { length, atEnd } = await this.#fill(source, kept);
      const end = endOfRange(this.#buffer.subarray(0, length), offset, range.end);
      const bytes = this.#buffer.subarray(0, end ?? length);
      isEnd = atEnd || end !== null;
      format ??= formatOfHead(task.protocol, bytes);
      const slice = this.#readSlice(task, outcome.stateAfter, bytes, offset, {
        format,
        finished: atEnd && end === null && task.isFinished,
        ...listener,
      });
      tally.addSlice(task.protocol, slice);
      outcome.addSlice(slice);
      tally.bytes += bytes.length - kept;
      this.#onBytes(source.bytesTaken - takenBefore);
      kept = length - (slice.end - offset);
      this.#buffer.copyWithin(0, length - kept, length);
      offset = slice.end;
    }
    if (outcome.isUnterminated && task.isFinished) {
      outcome.addProblem(outcome.lines, 'last row without a line end');
      outcome.isUnterminated = false;
    }
  }

  #readSlice(
    { protocol, server, path }: ReadTask,
    state: ReaderState,
    bytes: Buffer,
    offset: number,
    options: Pick<SliceOptions, 'format' | 'finished' | 'onRow' | 'onLogin'>,
  ): SliceResult {
    const { since, until } = this.#options;
    return readSlice(state, bytes, offset, {
      ...options,
      protocol,
      server,
      file: path,
      caches: this.#caches,
      ...(since === null ? {} : { since }),
      ...(until === null ? {} : { until }),
    });
  }

  /** How a part is read, going by the head of its file: nearly always there is one header, and it stands there. */
  async #stateOfHead(task: ReadTask, source: ByteSource, format: LogFormat | undefined): Promise<ReaderState> {
    const { length } = await this.#fill(source, 0);
    source.seek(0);
    const options = format === undefined ? { finished: false } : { format, finished: false };
    const { state } = this.#readSlice(task, startOfFile, this.#buffer.subarray(0, length), 0, options);
    return { ...state, skippingFrom: null };
  }

  /** Goes to the first line that begins in the range; answers where that is. */
  async #firstLine(source: ByteSource, { start }: FileRange): Promise<number> {
    if (start === 0) return 0;
    for (let at = start - 1; ;) {
      source.seek(at);
      const { length, atEnd } = await this.#fill(source, 0);
      const found = this.#buffer.subarray(0, length).indexOf(lineFeed);
      const next = at + (found === -1 ? length : found + 1);
      source.seek(next);
      if (found !== -1) return next;
      if (atEnd) return Number.POSITIVE_INFINITY;
      at = next;
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

/** How many of the bytes belong to lines that begin before `end`; null when what follows may belong to them, too. */
function endOfRange(bytes: Buffer, offset: number, end: number): number | null {
  if (offset + bytes.length < end) return null;
  const lineEnd = bytes.indexOf(lineFeed, Math.max(0, end - 1 - offset));
  return lineEnd === -1 ? null : lineEnd + 1;
}
