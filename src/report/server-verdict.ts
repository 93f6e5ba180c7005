/** What the logs say of each server and protocol, in words. */
import { count, counted, dateTime } from '../markup/words.ts';
import type { ReportInput } from './report-input.ts';
import type { Report } from './report.ts';

export interface ServerVerdict {
  readonly source: ReportInput['servers'][number];
  /** Clients that are shown and stand in the way of switching the server off. */
  readonly clients: number;
  readonly unknown: number;
  /** `used by 12 clients, 3 of them unknown`. */
  readonly text: string;
}

export function serverVerdicts({ input, clients }: Report): readonly ServerVerdict[] {
  const counts = new Map<string, { clients: number; unknown: number; others: number }>();
  for (const { server, protocol, status } of clients) {
    const key = `${protocol}\t${server}`;
    const found = counts.get(key) ?? { clients: 0, unknown: 0, others: 0 };
    counts.set(key, found);
    if (status === 'probe' || status === 'proxied') found.others++;
    else found.clients++;
    if (status === 'unknown') found.unknown++;
  }
  return input.servers.map((source) => {
    const found = counts.get(`${source.protocol}\t${source.name}`) ?? { clients: 0, unknown: 0, others: 0 };
    return { source, clients: found.clients, unknown: found.unknown, text: verdictText(source.rows, found) };
  });
}

function verdictText(rows: number, found: { clients: number; unknown: number; others: number }): string {
  if (rows === 0) return 'no rows at all: is protocol logging on there?';
  const others =
    found.others === 0 ? '' : `, besides ${counted(found.others, 'probe or server', 'probes and servers')}`;
  if (found.clients === 0) return `used by no client that is shown${others}`;
  const used = `used by ${counted(found.clients, 'client', 'clients')}`;
  if (found.unknown === 0) return `${used}, none of them unknown${others}`;
  if (found.unknown < found.clients) return `${used}, ${count(found.unknown)} of them unknown${others}`;
  return `${used}, ${found.clients === 1 ? 'and it is unknown' : 'all of them unknown'}${others}`;
}

/** `2026-11-24 09:59:58`, or that there is none. */
export function lastRowText({ lastRow }: ReportInput['servers'][number]): string {
  return lastRow === null ? 'none' : dateTime(lastRow);
}
