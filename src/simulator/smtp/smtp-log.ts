/**
 * One series of SMTP logs, written as Exchange writes them: rows are held back for seconds and then written together,
 * so that they come out of order and may be older than the hour in the name of their file. A file begins with a
 * byte-order mark and `#` lines.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../log-file.ts';
import { periodLabel, type RollOver } from '../log-name.ts';
import type { Random } from '../random.ts';
import type { WritingStyle } from '../rolling-log.ts';

export interface SmtpLogOptions {
  readonly folder: string;
  /** `RECV`, `MSGTRK`, `SEND`. */
  readonly prefix: string;
  readonly type: string;
  readonly columns: string;
  readonly rollOver: RollOver;
  readonly style: WritingStyle;
  readonly random: Random;
  /** Hears of each new file. */
  readonly newFile?: () => void;
}

export interface SmtpLine {
  readonly timeMs: number;
  readonly bytes: Buffer;
  /** Told once the whole line is in its file. */
  readonly written: (path: string) => void;
}

/** Rows are held back until one comes that is so much later. */
const heldBackMs = 4000;
const swapChance = 0.2;
const lineEnd = Buffer.from('\r\n');

export class SmtpLog {
  readonly #options: SmtpLogOptions;
  #eachWrite: boolean;
  #tornChance: number;
  #held: SmtpLine[] = [];
  #file: { readonly label: string; readonly file: LogFile } | null = null;
  /** The rest of a line that was left torn. */
  #rest: { readonly bytes: Buffer; readonly line: SmtpLine } | null = null;

  constructor(options: SmtpLogOptions) {
    this.#options = options;
    this.#eachWrite = options.style.mode === 'row';
    this.#tornChance = options.style.tornChance;
    mkdirSync(options.folder, { recursive: true });
  }

  setStyle(style: WritingStyle): void {
    this.#eachWrite = style.mode === 'row';
    this.#tornChance = style.tornChance;
    this.#file?.file.setEachWrite(this.#eachWrite);
  }

  write(line: SmtpLine): void {
    const [first] = this.#held;
    if (first !== undefined && line.timeMs - first.timeMs >= heldBackMs) this.#release(line.timeMs);
    this.#held.push(line);
  }

  flush(): void {
    this.#file?.file.flush();
  }

  /** Writes what was held back or left torn. */
  settle(): void {
    const last = this.#held.at(-1);
    if (last !== undefined) this.#release(last.timeMs);
    this.#mend();
    this.flush();
  }

  close(): void {
    this.settle();
    this.#file?.file.close();
    this.#file = null;
  }

  /** Writes the rows that were held back into the file of `nowMs`. */
  #release(nowMs: number): void {
    const { random } = this.#options;
    const lines = this.#held;
    this.#held = [];
    this.#mend();
    for (let index = 1; index < lines.length; index += 1) {
      if (!random.chance(swapChance)) continue;
      const [before, after] = [lines[index - 1] as SmtpLine, lines[index] as SmtpLine];
      lines[index - 1] = after;
      lines[index] = before;
    }
    const file = this.#fileOf(nowMs);
    for (const line of lines) {
      this.#mend();
      const whole = Buffer.concat([line.bytes, lineEnd]);
      if (this.#tornChance > 0 && random.chance(this.#tornChance)) {
        const cut = random.integer(1, whole.length - 1);
        file.append(whole.subarray(0, cut));
        this.#rest = { bytes: whole.subarray(cut), line };
      } else {
        file.append(whole);
        line.written(file.path);
      }
    }
  }

  #mend(): void {
    const rest = this.#rest;
    const file = this.#file?.file;
    if (rest === null || file === undefined) return;
    this.#rest = null;
    file.append(rest.bytes);
    rest.line.written(file.path);
  }

  #fileOf(nowMs: number): LogFile {
    const { folder, prefix, type, columns, rollOver, newFile } = this.#options;
    const label = periodLabel(nowMs, rollOver);
    if (this.#file?.label === label) return this.#file.file;
    this.#file?.file.close();
    let number = 1;
    const path = (): string => join(folder, `${prefix}${label}-${number}.LOG`);
    while (existsSync(path())) number += 1;
    const file = new LogFile(path(), 0, this.#eachWrite);
    this.#file = { label, file };
    const head = [
      '#Software: Microsoft Exchange Server',
      '#Version: 15.0.0.0',
      `#Log-type: ${type}`,
      `#Date: ${new Date(nowMs).toISOString()}`,
      `#Fields: ${columns}`,
    ];
    file.append(Buffer.from(`\uFEFF${head.map((line) => `${line}\r\n`).join('')}`));
    newFile?.();
    return file;
  }
}
