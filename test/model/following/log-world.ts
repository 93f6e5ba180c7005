/** Mail servers that write their logs into real files, and the model of what was ever written. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Client, columnOrders, nextRow, type Row, rowsOfClient, rowText } from './log-rows.ts';

/** What stands, or stood, in a file, from its first byte on. */
export interface Content {
  readonly server: string;
  readonly rows: { readonly row: Row; readonly end: number }[];
  length: number;
  /** Where its last whole line ends. */
  linesTo: number;
  /** So much of it the agent has seen at least: what it does not read of this must be counted as lost. */
  seenTo: number;
  /** So much of it is counted. */
  certainTo: number;
  isGone: boolean;
  /** Scans that were waited for since it went; after some, its loss is stored. */
  scansSince: number;
}

export interface LogFile {
  name: string;
  content: Content;
  columns: readonly string[];
  /** Not written yet, and due before anything else. */
  rest: string;
  /** The row that `rest` belongs to; null = it is the header's. */
  torn: Row | null;
}

export interface Writing {
  /** Rows, by the characters that each is made longer by. */
  readonly rows: readonly number[];
  /** The last row is written up to there: a share of its length, or but for its line end, or for its line feed. */
  readonly tear: 'none' | 'early' | 'late' | 'line end' | 'line feed';
  /** Rows are of that much before now. */
  readonly ageMs: number;
}

const settledScans = 3;

export class LogWorld {
  readonly clients: Client[] = [];
  readonly contents: Content[] = [];
  readonly #files = new Map<string, LogFile[]>();
  readonly #top: string;
  readonly #away: string;
  readonly #now: () => number;
  readonly #sameHeads: boolean;
  isAway = false;
  /**
   * Since the last scan files were renamed; were given other inode numbers. Not both: nothing tells which file it is
   * of which name and inode number have changed.
   */
  #isRenamed = false;
  #isCopied = false;
  #names = 0;

  constructor(folder: string, servers: readonly string[], now: () => number, sameHeads: boolean) {
    this.#sameHeads = sameHeads;
    this.#top = join(folder, 'logs');
    this.#away = join(folder, 'away');
    this.#now = now;
    for (const server of servers) {
      this.#files.set(server, []);
      mkdirSync(join(this.#top, server, 'Logging', 'Pop3'), { recursive: true });
    }
  }

  get top(): string {
    return this.#top;
  }

  get servers(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** The newest for 0, then the ones before it. */
  file(server: string, age: number): LogFile | undefined {
    const files = this.#files.get(server) ?? [];
    return files.at(-1 - (age % Math.max(1, files.length)));
  }

  create(server: string, header: 'whole' | 'half' | 'none', order: number): void {
    const file = this.#newFile(server, this.#newName(), order);
    const written = { whole: file.rest.length, half: Math.floor(file.rest.length / 3), none: 0 }[header];
    writeFileSync(this.#path(server, file), '');
    this.#write(server, file, file.rest.slice(0, written));
    file.rest = file.rest.slice(written);
    this.#list(server).push(file);
  }

  append(server: string, file: LogFile, writing: Writing): void {
    this.#complete(server, file);
    for (const padding of writing.rows) {
      const row = nextRow(this.#client(server), this.#now() - writing.ageMs);
      this.#write(server, file, rowText(row, file.columns, padding));
      file.content.rows.push({ row, end: file.content.length });
    }
    if (writing.tear === 'none') return;
    const row = nextRow(this.#client(server), this.#now() - writing.ageMs);
    const text = rowText(row, file.columns, 0);
    const cut = {
      early: 3,
      late: Math.floor(text.length / 2),
      'line end': text.length - 2,
      'line feed': text.length - 1,
    };
    this.#write(server, file, text.slice(0, cut[writing.tear]));
    file.rest = text.slice(cut[writing.tear]);
    file.torn = row;
  }

  /** A line in the middle of a file that names other columns. */
  switchColumns(server: string, file: LogFile): void {
    this.#complete(server, file);
    file.columns = columnOrders.find((order) => order !== file.columns) ?? file.columns;
    this.#write(server, file, fieldsLine(file.columns));
  }

  rename(server: string, file: LogFile): void {
    if (this.#isCopied) return;
    this.#isRenamed = true;
    const name = this.#newName();
    renameSync(this.#path(server, file), this.#path(server, { name }));
    file.name = name;
    this.#list(server).splice(this.#list(server).indexOf(file), 1);
    this.#list(server).push(file);
  }

  renameAway(server: string, file: LogFile): void {
    renameSync(this.#path(server, file), this.#path(server, { name: `${file.name}.old` }));
    this.#forget(server, file);
  }

  /** The old file goes on under a new name, a new one begins under the old name. */
  rotate(server: string, file: LogFile): void {
    if (this.#isCopied) return;
    const name = file.name;
    this.rename(server, file);
    const fresh = this.#newFile(server, name, 0);
    writeFileSync(this.#path(server, fresh), '');
    this.#complete(server, fresh);
    this.#list(server).unshift(fresh);
  }

  /** Cut in place; what is written next begins at its first byte. */
  truncate(server: string, file: LogFile): void {
    truncateSync(this.#path(server, file), 0);
    this.#begin(server, file);
  }

  delete(server: string, file: LogFile): void {
    unlinkSync(this.#path(server, file));
    this.#forget(server, file);
  }

  /** Deleted, and made anew under its name. */
  replace(server: string, file: LogFile): void {
    unlinkSync(this.#path(server, file));
    this.#begin(server, file);
    writeFileSync(this.#path(server, file), '');
    this.#complete(server, file);
  }

  /** The share goes; its servers write on. */
  goAway(): void {
    if (this.isAway) return;
    renameSync(this.#top, this.#away);
    this.isAway = true;
  }

  /** It comes back, with other inode numbers if it is copied. */
  comeBack(isCopied: boolean): void {
    if (!this.isAway) return;
    if (isCopied && !this.#isRenamed) {
      this.#isCopied = true;
      cpSync(this.#away, this.#top, { recursive: true, preserveTimestamps: true });
      rmSync(this.#away, { recursive: true });
    } else {
      renameSync(this.#away, this.#top);
    }
    this.isAway = false;
  }

  /** Everything that stands was read to its end, and is durable. */
  wasRead(): void {
    this.#isRenamed = false;
    this.#isCopied = false;
    for (const content of this.contents) {
      if (content.isGone) {
        content.scansSince++;
        continue;
      }
      content.seenTo = content.length;
      content.certainTo = content.length;
      for (const { row, end } of content.rows) if (end <= content.certainTo) row.isCertain = true;
    }
  }

  /** Everything of this server that stands was seen. */
  wasSeen(server: string): void {
    for (const content of this.contents) {
      if (!content.isGone && content.server === server) content.seenTo = content.length;
    }
  }

  /** What an agent saw and did not store goes with its process. */
  agentWent(): void {
    for (const content of this.contents) {
      if (!content.isGone || content.scansSince < settledScans) content.seenTo = content.certainTo;
    }
  }

  /** Files that do not grow for an hour are finished: a row that is torn is read as it is. */
  hourWent(): void {
    for (const files of this.#files.values()) {
      for (const { torn } of files) if (torn !== null) torn.isDamaged = true;
    }
  }

  /** Bytes that went before the agent was sure to have seen them. */
  unseenBytes(server: string): number {
    return this.#of(server).reduce((sum, { isGone, length, seenTo }) => sum + (isGone ? length - seenTo : 0), 0);
  }

  /** Of rows and headers that are not whole. */
  tornBytes(server: string): number {
    return this.#of(server).reduce((sum, { isGone, length, linesTo }) => sum + (isGone ? 0 : length - linesTo), 0);
  }

  writtenBytes(server: string): number {
    return this.#of(server).reduce((sum, { length }) => sum + length, 0);
  }

  #of(server: string): Content[] {
    return this.contents.filter((content) => content.server === server);
  }

  #path(server: string, { name }: Pick<LogFile, 'name'>): string {
    return join(this.isAway ? this.#away : this.#top, server, 'Logging', 'Pop3', name);
  }

  #list(server: string): LogFile[] {
    const files = this.#files.get(server);
    if (files === undefined) throw new Error(`no server ${server}`);
    return files;
  }

  #newName(): string {
    const hour = this.#names++;
    const day = String(1 + Math.floor(hour / 24)).padStart(2, '0');
    return `POP3202611${day}${String(hour % 24).padStart(2, '0')}-1.LOG`;
  }

  #newFile(server: string, name: string, order: number): LogFile {
    const columns = columnOrders[order % columnOrders.length] ?? [];
    const content: Content = {
      server,
      rows: [],
      length: 0,
      linesTo: 0,
      seenTo: 0,
      certainTo: 0,
      isGone: false,
      scansSince: 0,
    };
    this.contents.push(content);
    // Of contents that begin differently none is taken for another of which only the head was read.
    const number = this.#sameHeads ? 0 : this.contents.length;
    const rest = `#Log: ${number} of ${server}\r\n#Software: Microsoft Exchange Server\r\n${fieldsLine(columns)}`;
    return { name, content, columns, rest, torn: null };
  }

  #begin(server: string, file: LogFile): void {
    this.#gone(file);
    Object.assign(file, this.#newFile(server, file.name, columnOrders.indexOf(file.columns)));
  }

  #gone(file: LogFile): void {
    file.content.isGone = true;
    if (file.torn !== null) file.torn.isDamaged = true;
  }

  #forget(server: string, file: LogFile): void {
    this.#gone(file);
    this.#list(server).splice(this.#list(server).indexOf(file), 1);
  }

  /** Writes what is due: the rest of a header or of a row. */
  #complete(server: string, file: LogFile): void {
    if (file.rest === '') return;
    this.#write(server, file, file.rest);
    if (file.torn !== null) file.content.rows.push({ row: file.torn, end: file.content.length });
    file.rest = '';
    file.torn = null;
  }

  #write(server: string, file: LogFile, text: string): void {
    appendFileSync(this.#path(server, file), text);
    const lines = text.lastIndexOf('\n') + 1;
    if (lines > 0) file.content.linesTo = file.content.length + lines;
    file.content.length += text.length;
  }

  #client(server: string): Client {
    const last = this.clients.findLast((client) => client.server === server);
    if (last !== undefined && last.rows.length < rowsOfClient) return last;
    const number = this.clients.length;
    const client: Client = {
      server,
      address: `10.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`,
      user: `svc-${number}`,
      rows: [],
    };
    this.clients.push(client);
    return client;
  }
}

function fieldsLine(columns: readonly string[]): string {
  return `#Fields: ${columns.join(',')}\r\n`;
}
