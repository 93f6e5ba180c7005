/**
 * One protocol's log files of one server, written as Exchange does: the period in the name, in UTC; a new file only
 * when a row is written; a number that grows when the size quota is reached; the old file's last rows at times after
 * the new one has appeared.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import { columnOrders, commentText, headText, rowText, type Column, type LogFormat } from './log-format.ts';
import { logName, periodLabel, type RollOver } from './log-name.ts';
import type { LoggedProtocol, LogRow } from './log-row.ts';
import { badLine, isBadKind, tolerableLine, type BadKind, type OddKind, type TolerableKind } from './odd-rows.ts';
import type { Random } from './random.ts';

/** Hears what has reached a file to its last byte. */
export interface LogWitness {
  file(): void;
  row(row: LogRow): void;
  badRow(kind: BadKind): void;
  /** Comes beside `row`. */
  tolerableRow(kind: TolerableKind): void;
}

export interface WritingStyle {
  /** `row`: every row goes to the file at once; `batch`: rows gather until `flush`. */
  readonly mode: 'row' | 'batch';
  /** Probability that a row is left torn, its rest written with the next row or by `settle`. */
  readonly tornChance: number;
  /** Probability that a row waits for its successor: if that one opens a new file, it comes late to the old one. */
  readonly lateChance: number;
  /** Probability, per row, of an odd row of one of the kinds. */
  readonly oddChance: number;
  readonly oddKinds: readonly OddKind[];
  /** Probability, per row, that the header comes again before it, now and then with other columns from there on. */
  readonly headerChance: number;
}

export interface RollingLogOptions {
  readonly folder: string;
  readonly protocol: LoggedProtocol;
  readonly backEnd: boolean;
  readonly rollOver: RollOver;
  /** Null: no quota. */
  readonly quotaBytes: number | null;
  readonly format: LogFormat;
  readonly style: WritingStyle;
  readonly random: Random;
  readonly witness: LogWitness;
}

interface Line {
  readonly bytes: Buffer;
  readonly tell: (() => void) | null;
}

interface OpenFile {
  readonly label: string;
  readonly number: number;
  readonly file: LogFile;
  /** What is still missing of the last line. */
  torn: Line | null;
}

export class RollingLog {
  readonly #options: RollingLogOptions;
  #style: WritingStyle;
  #format: LogFormat;
  #current: OpenFile | null = null;
  /** The file before, while it waits for its late row. */
  #previous: { readonly open: OpenFile; readonly line: Line; afterRows: number } | null = null;
  #held: Line | null = null;
  #jump = 0;

  constructor(options: RollingLogOptions) {
    this.#options = options;
    this.#format = options.format;
    this.#style = options.style;
    this.setStyle(options.style);
    mkdirSync(options.folder, { recursive: true });
  }

  /** Path of the file that was written last; null before the first row. */
  get path(): string | null {
    return this.#current?.file.path ?? null;
  }

  setStyle(style: WritingStyle): void {
    this.#style = this.#options.backEnd ? { ...style, oddChance: 0 } : style;
    this.#current?.file.setEachWrite(style.mode === 'row');
  }

  write(row: LogRow): void {
    const { random } = this.#options;
    if (this.#style.headerChance > 0 && random.chance(this.#style.headerChance)) {
      this.repeatHeader(row.timeMs, random.chance(0.5) ? random.pick(columnOrders) : undefined);
    }
    const odd =
      this.#style.oddChance > 0 && random.chance(this.#style.oddChance) ? random.pick(this.#style.oddKinds) : null;
    if (odd !== null) this.writeOdd(odd, row);
    if (odd !== null && !isBadKind(odd)) return;
    this.#put(
      row.timeMs,
      this.#line(Buffer.from(rowText(this.#format, row)), () => this.#options.witness.row(row)),
    );
  }

  /** Writes a row of this kind; a bad one takes its good cells from `row`, which is itself not written. */
  writeOdd(kind: OddKind, row: LogRow): void {
    const { random, witness } = this.#options;
    if (isBadKind(kind)) {
      const line = badLine(kind, this.#format, row, random);
      this.#put(
        row.timeMs,
        this.#line(line, () => witness.badRow(kind)),
      );
      return;
    }
    const hasSizes = kind !== 'blank sizes' && kind !== 'unreadable sizes';
    const counted = hasSizes ? row : { ...row, received: 0, sent: 0 };
    const tell = (): void => {
      witness.row(counted);
      witness.tolerableRow(kind);
    };
    this.#put(row.timeMs, this.#line(tolerableLine(kind, this.#format, counted, random), tell));
  }

  /** The `#` lines again, as after a restart; with columns, they hold from here on, also in files to come. */
  repeatHeader(timeMs: number, columns: readonly Column[] = this.#format.columns): void {
    this.#format = {
      ...this.#format,
      columns,
      header: this.#format.header === 'none' ? 'fields' : this.#format.header,
    };
    if (this.#current === null) return;
    this.#put(null, { bytes: Buffer.from(commentText(this.#format, this.#options.protocol, timeMs)), tell: null });
  }

  /** The next row opens a new file whose number is higher by `by`, as when somebody holds the file without sharing. */
  jumpNumber(by: number): void {
    this.#jump = by;
  }

  /** Writes what was left torn or was held back. */
  settle(): void {
    if (this.#previous !== null) this.#writeLate(this.#previous);
    if (this.#held !== null && this.#current !== null) {
      const held = this.#held;
      this.#held = null;
      this.#append(this.#current, held, false);
    }
    if (this.#current !== null) this.#mend(this.#current);
    this.flush();
  }

  flush(): void {
    this.#current?.file.flush();
  }

  close(): void {
    this.settle();
    this.#current?.file.close();
    this.#current = null;
  }

  #line(content: Buffer, tell: () => void): Line {
    return { bytes: Buffer.concat([content, Buffer.from(this.#format.newline)]), tell };
  }

  /** `timeMs` null: into the file that is open, whatever the time. */
  #put(timeMs: number | null, line: Line): void {
    if (timeMs !== null) this.#rollFor(timeMs);
    const current = this.#current;
    if (current === null) throw new Error('No log file is open.');
    if (this.#held !== null) {
      const held = this.#held;
      this.#held = null;
      this.#append(current, held, false);
    }
    const { lateChance } = this.#style;
    if (timeMs !== null && lateChance > 0 && this.#options.random.chance(lateChance)) this.#held = line;
    else this.#append(current, line, true);
    if (this.#previous !== null) {
      this.#previous.afterRows -= 1;
      if (this.#previous.afterRows <= 0) this.#writeLate(this.#previous);
    }
  }

  #append(open: OpenFile, line: Line, mayTear: boolean): void {
    this.#mend(open);
    const { tornChance } = this.#style;
    if (mayTear && tornChance > 0 && this.#options.random.chance(tornChance)) {
      const cutAt = this.#options.random.integer(1, line.bytes.length - 1);
      open.file.append(line.bytes.subarray(0, cutAt));
      open.torn = { bytes: line.bytes.subarray(cutAt), tell: line.tell };
      return;
    }
    open.file.append(line.bytes);
    line.tell?.();
  }

  #mend(open: OpenFile): void {
    const torn = open.torn;
    if (torn === null) return;
    open.torn = null;
    open.file.append(torn.bytes);
    torn.tell?.();
  }

  #writeLate(previous: { readonly open: OpenFile; readonly line: Line }): void {
    this.#previous = null;
    this.#append(previous.open, previous.line, false);
    previous.open.file.close();
  }

  #rollFor(timeMs: number): void {
    const label = periodLabel(timeMs, this.#options.rollOver);
    const current = this.#current;
    const { quotaBytes } = this.#options;
    const full = current !== null && quotaBytes !== null && current.file.sizeBytes >= quotaBytes;
    if (current !== null && current.label === label && !full && this.#jump === 0) return;
    if (this.#previous !== null) this.#writeLate(this.#previous);
    const number =
      (current === null ? this.#lastNumber(label) : current.label === label ? current.number + 1 : 1) + this.#jump;
    this.#jump = 0;
    if (current !== null) this.#leave(current);
    this.#current = this.#open(label, number, timeMs);
  }

  /** The number of this period's last file: a service that starts goes on with it. */
  #lastNumber(label: string): number {
    let number = 1;
    while (existsSync(this.#path(label, number + 1))) number += 1;
    return number;
  }

  #path(label: string, number: number): string {
    const { folder, protocol, backEnd } = this.#options;
    return join(folder, logName(protocol, backEnd, label, number));
  }

  #leave(current: OpenFile): void {
    this.#mend(current);
    if (this.#held === null) {
      current.file.close();
      return;
    }
    current.file.flush();
    this.#previous = { open: current, line: this.#held, afterRows: this.#options.random.integer(1, 4) };
    this.#held = null;
  }

  #open(label: string, number: number, timeMs: number): OpenFile {
    const { protocol, witness } = this.#options;
    const path = this.#path(label, number);
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const file = new LogFile(path, sizeBytes, this.#style.mode === 'row');
    const head =
      sizeBytes === 0 ? headText(this.#format, protocol, timeMs) : commentText(this.#format, protocol, timeMs);
    if (head !== '') file.append(Buffer.from(head));
    if (sizeBytes === 0) witness.file();
    return { label, number, file, torn: null };
  }
}
