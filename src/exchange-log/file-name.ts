import type { Protocol } from '../event/protocol.ts';
import type { LogFormat, LogSeries } from './format.ts';
import { formatOf, formats } from './formats.ts';

type Period = 'hour' | 'day' | 'week' | 'month';

/** What the name of a log file says. */
export interface LogFileName {
  readonly protocol: Protocol;
  readonly format: LogFormat;
  /** False for logs that are known and never counted: back ends, sent mail. */
  readonly isCounted: boolean;
  /** As in the name, upper case: `POP3`, `RECV`, or a prefix of one's own. Files of one prefix follow each other. */
  readonly prefix: string;
  readonly period: Period;
  /** The earliest moment that the period can begin, UTC, milliseconds. The file may go on for long after its period. */
  readonly periodStart: number;
  /** The number behind the dash: from 1, grows within a period. */
  readonly sequence: number;
}

/** A prefix that an administrator has set on the server, without the `BE` of the back end. */
export interface OwnPrefix {
  readonly prefix: string;
  readonly protocol: Protocol;
}

interface NamedSeries extends LogSeries {
  readonly format: LogFormat;
}

const builtInSeries: readonly NamedSeries[] = formats.flatMap((format) =>
  format.series.map((series) => ({ ...series, format })),
);

function seriesOf({ prefix, protocol }: OwnPrefix): readonly NamedSeries[] {
  const upper = prefix.toUpperCase();
  const format = formatOf(protocol);
  return [
    { prefix: upper, protocol, format, isCounted: true },
    { prefix: `${upper}BE`, protocol, format, isCounted: false },
  ];
}

const nameEnd = '.LOG';
// Prefixes end in a digit, so the prefix is matched first and the date by its length.
const dateAndSequence = /^(\d{10}|\d{8}|\d{6}W\d|\d{6})-(\d{1,15})/;

/**
 * Reads the name of a log file (no folder), without regard to case: `POP32026112010-1.LOG`, `IMAP4BE20160209-1.LOG`,
 * `POP3201602W2-1.LOG`. Null when the name is no such name, or its date is none.
 */
export function parseLogFileName(
  name: string,
  options: { readonly prefixes?: readonly OwnPrefix[] } = {},
): LogFileName | null {
  const upper = name.toUpperCase();
  if (!upper.endsWith(nameEnd)) {
    return null;
  }
  for (const { prefix, protocol, format, isCounted } of [
    ...(options.prefixes ?? []).flatMap(seriesOf),
    ...builtInSeries,
  ]) {
    const match = upper.startsWith(prefix) ? dateAndSequence.exec(upper.slice(prefix.length)) : null;
    const start = match === null ? null : periodOf(match[1] ?? '');
    if (match !== null && start !== null) {
      return { protocol, format, isCounted, prefix, ...start, sequence: Number(match[2]) };
    }
  }
  return null;
}

function periodOf(date: string): { period: Period; periodStart: number } | null {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(4, 6));
  if (date.length === 6) {
    return withStart('month', year, month, 1, 0);
  }
  if (date[6] === 'W') {
    // How Exchange numbers weeks is not known. The nth week, however counted, begins no earlier than this day: weeks
    // of seven days from the 1st begin on 7(n-1)+1, and calendar weeks that begin within the month up to six days before.
    const week = Number(date[7]);
    return week > 6 ? null : withStart('week', year, month, Math.max(1, 7 * (week - 2) + 2), 0);
  }
  const day = Number(date.slice(6, 8));
  return date.length === 8
    ? withStart('day', year, month, day, 0)
    : withStart('hour', year, month, day, Number(date.slice(8, 10)));
}

function withStart(period: Period, year: number, month: number, day: number, hour: number) {
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  start.setUTCHours(hour);
  const real = start.getUTCMonth() === month - 1 && start.getUTCDate() === day && start.getUTCHours() === hour;
  return real ? { period, periodStart: start.getTime() } : null;
}
