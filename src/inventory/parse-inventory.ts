import { CsvError, parse } from 'csv-parse/sync';

import { isCut } from '../event/cut-text.ts';
import { parseTimeText } from '../event/time-text.ts';
import { didYouMean } from '../runtime/nearest.ts';
import { shortText } from '../runtime/short-text.ts';
import { parseAddressRange } from './address-range.ts';
import type { AddressRange } from './address-range.ts';
import { Inventory, inventoryStates } from './inventory.ts';
import type { InventoryEntry, InventoryState } from './inventory.ts';

/** The columns of `known-clients.csv`; the header names those that a file has, in any order, `cidr` among them. */
export const inventoryColumns = ['cidr', 'label', 'owner', 'contact', 'expires', 'state', 'note'] as const;
export type InventoryColumn = (typeof inventoryColumns)[number];

/** More lines than this are no list that somebody keeps. */
const inventoryEntriesMax = 100_000;
/** All columns filled to their limits, and the quotes. */
const lineCharactersMax = 8192;
/** A file of another kind is not read to its end. */
const problemsMax = 1000;

export interface InventoryProblem {
  readonly line: number;
  readonly text: string;
}

export type ParsedInventory =
  | { readonly inventory: Inventory; readonly columns: readonly InventoryColumn[]; readonly problems?: undefined }
  | { readonly inventory?: undefined; readonly problems: readonly InventoryProblem[] };

const dayMs = 86_400_000;

/**
 * Reads a `known-clients.csv`: all or nothing, with every problem at once. Blank lines and lines that begin with `#`
 * are skipped. One line is one entry, so a forgotten quote spoils its own line only.
 */
export function parseInventory(text: string): ParsedInventory {
  const reader = new Reader();
  let number = 0;
  for (const line of linesOf(text.replace(/^\uFEFF/, ''))) {
    number++;
    const content = line.trim();
    if (content !== '' && !content.startsWith('#')) reader.read(number, content);
    if (reader.isFull) break;
  }
  return reader.end();
}

/** One after the other: a large file is never in memory as a list of lines. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) {
    yield text.slice(start, index);
    start = index + end.length;
  }
  yield text.slice(start);
}

class Reader {
  #columns: readonly InventoryColumn[] | null = null;
  readonly #entries: InventoryEntry[] = [];
  readonly #lineOfRange = new Map<string, number>();
  readonly #problems: InventoryProblem[] = [];

  get isFull(): boolean {
    return this.#problems.length > problemsMax;
  }

  read(line: number, content: string): void {
    if (content.length > lineCharactersMax) {
      this.#problem(line, `the line is longer than ${lineCharactersMax} characters`);
      return;
    }
    const cells = this.#cells(line, content);
    if (cells === null) return;
    if (this.#columns === null) this.#columns = this.#header(line, cells);
    else this.#entry(line, cells, this.#columns);
  }

  end(): ParsedInventory {
    // A file that is empty was most likely met while it was being written.
    if (this.#columns === null && this.#problems.length === 0) this.#header(1, []);
    if (this.#problems.length > 0) return { problems: this.#problems };
    return { inventory: new Inventory(this.#entries), columns: this.#columns ?? inventoryColumns };
  }

  #cells(line: number, content: string): string[] | null {
    if (!content.includes('"')) return content.split(',').map((cell) => cell.trim());
    try {
      const [cells] = parse(content, { trim: true, relax_column_count: true });
      return cells ?? null;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      this.#problem(line, 'the quotes do not match: put them around a whole cell, and write "" for one inside');
      return null;
    }
  }

  /** A header that cannot be read still stands for all columns, so that the lines below it are checked too. */
  #header(line: number, cells: readonly string[]): readonly InventoryColumn[] {
    const names = cells.map((cell) => cell.toLowerCase());
    if (!names.includes('cidr')) {
      this.#problem(line, `the first line must name the columns: ${inventoryColumns.join(',')}`);
      return inventoryColumns;
    }
    for (const [index, name] of names.entries()) {
      if (!isColumn(name)) {
        this.#problem(line, `there is no column "${shortText(name)}"${didYouMean(name, inventoryColumns)}`);
      } else if (names.indexOf(name) !== index) {
        this.#problem(line, `the column "${shortText(name)}" is named twice`);
      }
    }
    return names as InventoryColumn[];
  }

  #entry(line: number, cells: readonly string[], columns: readonly InventoryColumn[]): void {
    const problemsBefore = this.#problems.length;
    if (cells.length > columns.length) {
      this.#problem(
        line,
        `${cells.length} cells, but ${columns.length} columns: put quotes around a text with a comma`,
      );
      return;
    }
    const cell = (column: InventoryColumn): string | null => cells[columns.indexOf(column)] || null;
    for (const column of columns) {
      if (!isCut(cell(column) ?? '')) this.#problem(line, `the ${column} is longer than 256 characters`);
    }
    const range = this.#range(line, cell('cidr'));
    const state = this.#state(line, cell('state'));
    const expires = cell('expires');
    const expiresAt = this.#expiry(line, expires);
    if (range === null || this.#problems.length > problemsBefore) return;
    this.#entries.push({
      line,
      cidr: cell('cidr') ?? '',
      range,
      label: cell('label'),
      owner: cell('owner'),
      contact: cell('contact'),
      expiresAt,
      expires,
      state,
      note: cell('note'),
    });
    if (this.#entries.length === inventoryEntriesMax + 1) {
      this.#problem(line, `more than ${inventoryEntriesMax} entries: write networks instead of single addresses`);
    }
  }

  #range(line: number, text: string | null): AddressRange | null {
    if (text === null) {
      this.#problem(line, 'the cidr is blank');
      return null;
    }
    let range: AddressRange;
    try {
      range = parseAddressRange(text);
    } catch (error) {
      this.#problem(line, (error as Error).message);
      return null;
    }
    const key = `${range.first}-${range.last}`;
    const earlier = this.#lineOfRange.get(key);
    if (earlier !== undefined) this.#problem(line, `"${shortText(text)}" stands on line ${earlier} already`);
    else this.#lineOfRange.set(key, line);
    return range;
  }

  #state(line: number, text: string | null): InventoryState {
    const state = inventoryStates.find((one) => one === (text ?? 'known').toLowerCase());
    if (state !== undefined) return state;
    this.#problem(line, `the state "${shortText(text ?? '')}" is neither "known" nor "acknowledged"`);
    return 'known';
  }

  /** A day counts to its end; everything is in UTC. */
  #expiry(line: number, text: string | null): number | null {
    if (text === null) return null;
    const [, day, time, seconds] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?Z?)?$/.exec(text) ?? [];
    const at = parseTimeText(`${day}T${time ?? '00:00'}${seconds ?? ':00'}.000Z`);
    if (at === null) {
      this.#problem(
        line,
        `"${shortText(text)}" is no date: write it as 2026-12-31 (its last day) or 2026-12-31T18:00Z`,
      );
      return null;
    }
    return time === undefined ? at + dayMs : at;
  }

  #problem(line: number, text: string): void {
    const isLast = this.#problems.length === problemsMax;
    if (!this.isFull) this.#problems.push({ line, text: isLast ? 'the rest of the file was not looked at' : text });
  }
}

function isColumn(name: string): name is InventoryColumn {
  return (inventoryColumns as readonly string[]).includes(name);
}
