/** What must hold of every output, whatever a log held. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';

// oxlint-disable-next-line no-control-regex -- what a terminal obeys is what this is about
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Lines for a terminal or a file: nothing in them that a terminal obeys, or that turns the direction of writing. */
export function assertPlainLines(text: string, what: string): void {
  const at = text.search(obeyed);
  assert.equal(at, -1, `${what}: ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))}`);
}

/** As spreadsheets read it: the same number of cells in each row, no cell and no item of a list that is a formula. */
export function assertHarmlessCsv(text: string): string[][] {
  const rows: string[][] = parse(text, { relax_column_count: true });
  const [header = []] = rows;
  assert.ok(header.includes('users') && rows.length > 1, 'the CSV has its header and rows');
  for (const row of rows) {
    assert.equal(row.length, header.length, JSON.stringify(row).slice(0, 300));
    for (const cell of row) {
      for (const item of [cell, ...cell.split(';')]) assert.doesNotMatch(item, /^\s*[=+\-@\t\r＝＋－＠]/u, cell);
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      assert.doesNotMatch(cell, /[\u0000-\u001f\u007f-\u009f]/);
    }
  }
  return rows;
}

/** Opens the files in LibreOffice with one separator of cells, and gives the sheets as flat XML. */
export function spreadsheetsOf(soffice: string, files: readonly string[], separator: ',' | ';'): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'straggler-sheet-'));
  try {
    const paths = files.map((_, index) => join(directory, `${index}.csv`));
    for (const [index, path] of paths.entries()) writeFileSync(path, files[index] ?? '');
    const profile = `-env:UserInstallation=${pathToFileURL(join(directory, 'profile')).href}`;
    // Separator, quote, UTF-8, first line 1, no fixed columns, language, quoted cells are no texts, numbers and
    // formulas are recognised: as careless as an import can be.
    const filter = `CSV:${separator.charCodeAt(0)},34,76,1,,0,false,true,false,false,false,-1`;
    const run = spawnSync(
      soffice,
      [profile, '--headless', `--infilter=${filter}`, '--convert-to', 'fods', '--outdir', directory, ...paths],
      { encoding: 'utf8', timeout: 120_000 },
    );
    assert.equal(run.status, 0, run.stdout + run.stderr);
    return paths.map((path) => readFileSync(path.replace(/csv$/, 'fods'), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
