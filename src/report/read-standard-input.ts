/** The only door to split2: the lines of standard input, with a limit on their length. */
import { pipeline } from 'node:stream/promises';
import split from 'split2';
import type { LogFormat } from '../exchange-log/format.ts';
import { formatOfHead } from '../exchange-log/formats.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { type ReaderState, rowBytesMaxDefault, startOfFile } from '../exchange-log/slice.ts';
import { type LogSource, standardInputPath } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import { GrowingOutcome } from './outcome.ts';
import type { ReadOutcome } from './read-task.ts';
import { isSystemError, systemErrorText } from './system-error.ts';
import type { Tally } from './tally.ts';

type ReadOptions = Pick<ReportOptions, 'standardInput' | 'since' | 'until' | 'signal' | 'progress'>;

const lineFeed = 0x0a;
// Its types do not know `skipOverflow`.
const splitLimits = { maxLength: rowBytesMaxDefault, skipOverflow: true };
/** Lines are read together, in slices of about this many characters. */
const sliceCharacters = 1024 * 1024;

/**
 * Reads a log from a stream to its end, by the same core as a file. A last line without its end may have been cut off
 * anywhere, so it is counted and not read.
 */
export async function readStandardInput(
  input: LogSource,
  tally: Tally,
  caches: ReaderCaches,
  options: ReadOptions,
): Promise<ReadOutcome> {
  const reading = new LineReading(input, tally, caches, options);
  try {
    await readLines(options, reading);
  } catch (error) {
    if (options.signal.aborted || !isSystemError(error)) throw error;
    return reading.end(systemErrorText(error));
  }
  return reading.end(null);
}

async function readLines({ standardInput, signal }: ReadOptions, reading: LineReading): Promise<void> {
  await pipeline(
    standardInput,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        reading.countChunk(chunk);
        yield chunk;
      }
    },
    split(/\n/, splitLimits),
    async (lines: AsyncIterable<string>) => {
      for await (const line of lines) reading.addLine(line);
    },
    { signal },
  );
}

/**
 * Puts lines together to slices again. split2 drops a line over its limit without a word and does not tell whether the
 * last one had its end, so the line feeds are counted on their way to it: what did not come back was too long. (Where
 * that happened is not known, so lines behind such a row are numbered as if it were not there.)
 */
class LineReading {
  readonly #input: LogSource;
  readonly #tally: Tally;
  readonly #caches: ReaderCaches;
  readonly #options: ReadOptions;
  readonly #outcome = new GrowingOutcome();
  #format: LogFormat | null = null;
  #lineFeeds = 0;
  #lastByte = lineFeed;
  #linesAdded = 0;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #state: ReaderState = startOfFile;
  #offset = 0;

  constructor(input: LogSource, tally: Tally, caches: ReaderCaches, options: ReadOptions) {
    this.#input = input;
    this.#tally = tally;
    this.#caches = caches;
    this.#options = options;
    this.#outcome.isOpened = true;
  }

  countChunk(chunk: Buffer): void {
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) this.#lineFeeds++;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
    this.#tally.bytes += chunk.length;
    this.#options.progress.read(chunk.length);
  }

  /** The line before is whole now: another one follows it. */
  addLine(line: string): void {
    if (this.#waitingCharacters >= sliceCharacters) {
      this.#readWaiting('\n');
    }
    this.#waiting.push(line);
    this.#waitingCharacters += line.length + 1;
    this.#linesAdded++;
  }

  /** @param failure what the operating system said; what was read before it counts */
  end(failure: string | null): ReadOutcome {
    const outcome = this.#outcome;
    outcome.failure = failure;
    if (failure !== null) return outcome.result();
    const isTerminated = this.#lastByte === lineFeed;
    const wholeLines = isTerminated ? this.#linesAdded : this.#linesAdded - 1;
    this.#readWaiting(isTerminated ? '\n' : '');
    outcome.isUnterminated = !isTerminated;
    const dropped = this.#lineFeeds - wholeLines;
    if (dropped > 0) {
      this.#tally.addOverLongRows(dropped);
      outcome.addProblem(null, 'over-long row', dropped);
    }
    return outcome.result();
  }

  #readWaiting(lastEnd: '\n' | ''): void {
    if (this.#waiting.length === 0) {
      return;
    }
    const { since, until } = this.#options;
    const bytes = Buffer.from(this.#waiting.join('\n') + lastEnd);
    this.#format ??= formatOfHead(this.#input.protocol, bytes);
    const slice = readSlice(this.#state, bytes, this.#offset, {
      ...this.#input,
      format: this.#format,
      file: standardInputPath,
      finished: false,
      caches: this.#caches,
      ...this.#tally.listener(this.#input.protocol),
      ...(since === null ? {} : { since }),
      ...(until === null ? {} : { until }),
    });
    this.#tally.addSlice(this.#input.protocol, slice);
    this.#outcome.addSlice(slice);
    this.#state = slice.state;
    this.#offset = slice.end;
    this.#waiting = [];
    this.#waitingCharacters = 0;
  }
}
