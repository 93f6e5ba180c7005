/**
 * The agent's letter box: durable, bounded, and never in the way. A letter that is in it already is not put in again,
 * so a row that is read again after a crash is kept once. When it cannot be written (the disk is full) that is said
 * once and counted by whoever asked, and following goes on.
 */
import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import { type DeadLetter, type DeadLetterBox, keyOfLine, letterLine } from './dead-letter.ts';
import { LetterFiles, letterLimits, type LetterLimits, type LetterPlace } from './letter-files.ts';

export interface LetterBoxOptions {
  readonly stateDirectory: string;
  readonly agentName: string;
  readonly logger: Logger;
  readonly limits?: LetterLimits;
}

/** Keys of that many files are known: far more than can be read again after a crash. */
const filesRemembered = 2;

export class LetterBox implements DeadLetterBox, AsyncDisposable {
  readonly directory: string;
  readonly #options: LetterBoxOptions;
  #files: LetterFiles | null = null;
  /** Keys by file, newest last. */
  #known: { readonly file: number; readonly keys: Set<string> }[] = [];
  /** One thing at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #failing = false;
  #onKept: () => void = () => {};

  constructor(options: LetterBoxOptions) {
    this.#options = options;
    this.directory = join(options.stateDirectory, 'dead-letters');
  }

  /** Called whenever letters have come. */
  onKept(callback: () => void): void {
    this.#onKept = callback;
  }

  keep(letters: readonly DeadLetter[]): Promise<number> {
    return letters.length === 0 ? Promise.resolve(0) : this.#inTurn(() => this.#keep(letters));
  }

  /** Lines from a place on, and the place behind them; null at the end. Rejects where they cannot be read. */
  read(from: LetterPlace): ReturnType<LetterFiles['read']> {
    return this.#inTurn(async () => await (await this.#open()).read(from));
  }

  /** Whether lines behind this place have gone, because there were too many. */
  hasLost(place: LetterPlace): boolean {
    return place.file < (this.#files?.numbers[0] ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#files?.[Symbol.asyncDispose]();
  }

  async #keep(letters: readonly DeadLetter[]): Promise<number> {
    let kept = 0;
    try {
      const files = await this.#open();
      const fresh = new Map<string, DeadLetter>();
      for (const letter of letters) {
        if (this.#isKnown(letter.key)) kept++;
        else fresh.set(letter.key, letter);
      }
      for (const group of groupsOf([...fresh.values()])) {
        await this.#append(files, group);
        kept += group.length;
      }
      if (this.#failing) this.#options.logger.info({ directory: this.directory }, 'dead letters can be kept again');
      this.#failing = false;
      if (fresh.size > 0) this.#onKept();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#failing) {
        this.#options.logger.error(
          { directory: this.directory, letters: letters.length - kept, reason },
          'what cannot be read cannot be put aside either; it is counted, and following goes on',
        );
      }
      this.#failing = true;
    }
    return kept;
  }

  async #append(files: LetterFiles, letters: readonly DeadLetter[]): Promise<void> {
    const text = letters.map((letter) => letterLine(letter, this.#options.agentName)).join('');
    await files.append(Buffer.from(text));
    this.#remember(
      files.numbers.at(-1) ?? 1,
      letters.map(({ key }) => key),
    );
  }

  async #open(): Promise<LetterFiles> {
    if (this.#files !== null) return this.#files;
    const files = await LetterFiles.open(this.directory, this.#options.limits ?? letterLimits);
    this.#known = [];
    for (const file of files.numbers.slice(-filesRemembered)) {
      let place: LetterPlace = { file, offset: 0 };
      for (let piece = await files.read(place); piece !== null && piece.next.file === file;) {
        this.#remember(
          file,
          piece.lines.flatMap((line) => keyOfLine(line) ?? []),
        );
        place = piece.next;
        piece = await files.read(place);
      }
    }
    this.#files = files;
    return files;
  }

  #isKnown(key: string): boolean {
    return this.#known.some(({ keys }) => keys.has(key));
  }

  #remember(file: number, keys: readonly string[]): void {
    let known = this.#known.at(-1);
    if (known?.file !== file) {
      known = { file, keys: new Set() };
      this.#known = [...this.#known, known].slice(-filesRemembered);
    }
    for (const key of keys) known.keys.add(key);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Letters that are written at once. */
const groupLetters = 256;

function groupsOf(letters: readonly DeadLetter[]): DeadLetter[][] {
  const groups: DeadLetter[][] = [];
  for (let at = 0; at < letters.length; at += groupLetters) groups.push(letters.slice(at, at + groupLetters));
  return groups;
}
