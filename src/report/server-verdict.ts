/** Is it really used? What the logs say of each server and protocol, in words, whatever `--only` shows of it. */
import type { Status } from '../inventory/status.ts';
import { count, counted, dateTime } from '../markup/words.ts';
import type { ReportInput } from './report-input.ts';
import type { Report } from './report.ts';

type Source = ReportInput['servers'][number];
type ByStatus = Readonly<Record<Status, number>>;

export interface ServerVerdict {
  readonly source: Source;
  /** Clients that stand in the way of switching the server off: no probes, none of our own servers. */
  readonly clients: number;
  readonly unknown: number;
  /** `used by 12 clients, 3 of them unknown`. */
  readonly text: string;
}

/** Of the protocols that are shown. */
export function serverVerdicts({ input, clients }: Report): readonly ServerVerdict[] {
  return input.servers.flatMap((source) => {
    const usage = clients.usage.find(({ server, protocol }) => server === source.name && protocol === source.protocol);
    if (usage === undefined) return [];
    const byStatus = usage.clients;
    const text = source.rows === 0 ? 'no rows at all: is protocol logging on there?' : verdictText(byStatus);
    return [{ source, clients: usedBy(byStatus), unknown: byStatus.unknown, text }];
  });
}

/** One sentence for each that has rows, without a full stop; those without any are among the notes. */
export function verdictSentences(report: Report): readonly string[] {
  return serverVerdicts(report)
    .filter(({ source }) => source.rows > 0)
    .map(({ source, text }) => `${source.name} ${source.protocol} is ${text}; last row ${lastRowText(source)} UTC`);
}

/** `2026-11-24 09:59:58`, or that there is none. */
export function lastRowText({ lastRow }: Source): string {
  return lastRow === null ? 'none' : dateTime(lastRow);
}

function usedBy({ unknown, acknowledged, known }: ByStatus): number {
  return unknown + acknowledged + known;
}

function verdictText(byStatus: ByStatus): string {
  const clients = usedBy(byStatus);
  const { unknown } = byStatus;
  if (clients === 0) return `used by no client${otherComers(byStatus)}`;
  const used = `used by ${counted(clients, 'client', 'clients')}`;
  if (unknown === 0) return `${used}, none of them unknown`;
  if (unknown < clients) return `${used}, ${count(unknown)} of them unknown`;
  return `${used}, ${clients === 1 ? 'and it is unknown' : 'all of them unknown'}`;
}

/** `: only 2 probes came`, or nothing. */
function otherComers({ probe, proxied }: ByStatus): string {
  const others = [
    ...(probe === 0 ? [] : [counted(probe, 'probe', 'probes')]),
    ...(proxied === 0 ? [] : [`${count(proxied)} of our own servers`]),
  ];
  return others.length === 0 ? '' : `: only ${others.join(' and ')} came`;
}
