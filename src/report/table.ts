import { visibleText } from '../runtime/visible-text.ts';
import { batched } from './batched.ts';
import { reportNotes } from './notes.ts';
import type { Report } from './report.ts';
import type { ReportClient } from './client-list.ts';
import { summaryLine } from './summary-line.ts';
import { verdictSentences } from './server-verdict.ts';
import { cutToWidth, padToWidth, textWidth } from './text-width.ts';

interface Column {
  readonly title: string;
  readonly widthMax: number;
  readonly isNumber?: true;
  cell(client: ReportClient): string;
}

const usersShown = 2;

const columns: readonly Column[] = [
  { title: 'STATUS', widthMax: 12, cell: ({ status }) => status },
  { title: 'PROTOCOL', widthMax: 8, cell: ({ protocol }) => protocol },
  { title: 'SERVER', widthMax: 20, cell: ({ server }) => server },
  { title: 'ADDRESS', widthMax: 39, cell: ({ address }) => address },
  { title: 'LABEL', widthMax: 24, cell: ({ label }) => label ?? '' },
  { title: 'CONNECTIONS', widthMax: 15, isNumber: true, cell: ({ connections }) => connections.toString() },
  { title: 'LOGINS', widthMax: 15, isNumber: true, cell: ({ logins }) => logins.succeeded.toString() },
  { title: 'FAILED', widthMax: 15, isNumber: true, cell: ({ logins }) => logins.failed.toString() },
  { title: 'FIRST SEEN', widthMax: 16, cell: ({ firstSeen }) => toMinute(firstSeen) },
  { title: 'LAST SEEN', widthMax: 16, cell: ({ lastSeen }) => toMinute(lastSeen) },
  { title: 'USERS', widthMax: 40, cell: usersCell },
  { title: 'FAILURES', widthMax: 40, cell: failuresCell },
  { title: 'HINT', widthMax: 40, cell: ({ hints }) => hints.join(', ') },
];

/** The report for people, piece by piece: a summary line, the table, what else they should know. Times are UTC. */
export function reportTable(report: Report): Iterable<string> {
  return batched(tableLines(report));
}

function* tableLines(report: Report): Generator<string> {
  yield `${visibleText(summaryLine(report))}\n`;
  for (const verdict of verdictSentences(report)) yield `${visibleText(verdict)}\n`;
  const shown = columns.map((column) => ({ column, width: textWidth(column.title) }));
  const isUsed = new Set(columns.filter(({ title }) => title !== 'LABEL' && title !== 'FAILURES' && title !== 'HINT'));
  for (const client of report.clients) {
    for (const entry of shown) {
      const cell = cellText(entry.column, client);
      if (cell !== '') isUsed.add(entry.column);
      entry.width = Math.max(entry.width, textWidth(cell));
    }
  }
  const used = shown.filter(({ column }) => isUsed.has(column));
  if (report.clients.totals.sightings > 0) {
    yield `\n${tableLine(used.map(({ column, width }) => padToWidth(column.title, width, column.isNumber)))}`;
    for (const client of report.clients) {
      yield tableLine(used.map(({ column, width }) => padToWidth(cellText(column, client), width, column.isNumber)));
    }
  }
  const notes = reportNotes(report);
  if (notes.length > 0) {
    yield `\n${notes.map((note) => `${visibleText(note)}\n`).join('')}`;
  }
}

function tableLine(cells: readonly string[]): string {
  return `${cells.join('  ').trimEnd()}\n`;
}

function cellText(column: Column, client: ReportClient): string {
  return cutToWidth(visibleText(column.cell(client)), column.widthMax);
}

/** `recovered`, or who still fails: `svc-scan unresolved`, `3 unresolved`. */
function failuresCell({ failedUsers: { recovered, unresolved } }: ReportClient): string {
  if (unresolved.length === 0) return recovered.length === 0 ? '' : 'recovered';
  return unresolved.length > 1 ? `${unresolved.length} unresolved` : `${unresolved[0] ?? ''} unresolved`.trimStart();
}

function usersCell({ users, usersTotal }: ReportClient): string {
  const more = usersTotal - usersShown;
  return users.slice(0, usersShown).join(', ') + (more > 0 ? ` +${more}` : '');
}

/** `2026-11-20 10:00` */
function toMinute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
