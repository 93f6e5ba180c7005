import { statuses } from '../inventory/status.ts';
import type { Report } from './report.ts';

/**
 * What matters, in one line: `3 unknown of 42 clients (37 known, 2 probe) in 1,204,113 rows of 96 files,
 * 2026-11-01 10:00 to 2026-11-24 09:59 UTC`.
 */
export function summaryLine({ input, clients }: Report): string {
  const { clientsByStatus, totals } = clients;
  const others = statuses
    .filter((status) => status !== 'unknown' && clientsByStatus[status] > 0)
    .map((status) => `${number(clientsByStatus[status])} ${status}`);
  const span =
    input.firstRow === null || input.lastRow === null
      ? ''
      : `, ${toMinute(input.firstRow)} to ${toMinute(input.lastRow)} UTC`;
  const unknown = `${number(clientsByStatus.unknown)} unknown of ${counted(totals.clients, 'client')}`;
  const known = others.length === 0 ? '' : ` (${others.join(', ')})`;
  return `${unknown}${known} in ${counted(input.rows, 'row')} of ${counted(input.files, 'file')}${span}`;
}

function toMinute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
