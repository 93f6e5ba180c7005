/**
 * Sightings as CSV (RFC 4180, rows end in CRLF). What a report and a collector both know stands in the same columns, byte
 * for byte.
 */
import { stringify } from 'csv-stringify/sync';
import { csvText } from './csv-text.ts';
import type { DescribedSighting } from './described.ts';

/** Columns by their names, each with what it says of one entry. */
export type CsvColumns<Entry> = Readonly<Record<string, (entry: Entry) => string | number>>;

export const sightingColumns: CsvColumns<DescribedSighting<string>> = {
  protocol: ({ protocol }) => protocol,
  server: ({ server }) => csvText(server),
  address: ({ address }) => csvText(address),
  status: ({ status }) => status,
  label: ({ label }) => csvText(label),
  owner: ({ owner }) => csvText(owner),
  hints: ({ hints }) => csvList(hints),
  connections: ({ connections }) => connections,
  rows: ({ rows }) => rows,
  commands: ({ commands }) => commands,
  logins_succeeded: ({ logins }) => logins.succeeded,
  logins_failed: ({ logins }) => logins.failed,
  bytes_received: ({ bytes }) => bytes.received,
  bytes_sent: ({ bytes }) => bytes.sent,
  first_seen: ({ firstSeen }) => firstSeen,
  last_seen: ({ lastSeen }) => lastSeen,
  users: ({ users }) => csvList(users),
  users_total: ({ usersTotal }) => usersTotal,
  users_approximate: ({ usersApproximate }) => String(usersApproximate),
  endpoints: ({ endpoints }) => csvList(endpoints),
  last_failure_at: ({ lastFailure }) => lastFailure?.at ?? '',
  last_failure: ({ lastFailure }) => csvText(lastFailure?.reason ?? null),
  messages: ({ messages }) => messages,
  tracked: ({ tracked }) => tracked,
  helo: ({ helo }) => csvList(helo),
  tls: ({ tls }) => csvText(tls),
  senders: ({ senders }) => csvList(senders),
  connectors: ({ connectors }) => csvList(connectors),
};

/** The first row, with its end. */
export const csvHeader: string = csvHeaderOf(sightingColumns);

/** The sightings' rows, each with its end; blank for none. */
export function csvRows(sightings: readonly DescribedSighting<string>[]): string {
  return csvRowsOf(sightingColumns, sightings);
}

export function csvHeaderOf<Entry>(columns: CsvColumns<Entry>): string {
  return `${Object.keys(columns).join(',')}\r\n`;
}

export function csvRowsOf<Entry>(columns: CsvColumns<Entry>, entries: readonly Entry[]): string {
  const cells = entries.map((entry) => Object.values(columns).map((column) => column(entry)));
  return stringify(cells, { record_delimiter: 'windows' });
}

/** A cell of several texts. */
export function csvList(values: readonly string[]): string {
  return values.map(csvText).join(';');
}
