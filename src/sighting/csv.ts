/** Sightings as CSV (RFC 4180, rows end in CRLF), the same from a report and from a collector, byte for byte. */
import { stringify } from 'csv-stringify/sync';
import { csvText } from './csv-text.ts';
import type { DescribedSighting } from './described.ts';

const columns: Readonly<Record<string, (sighting: DescribedSighting<string>) => string | number>> = {
  protocol: ({ protocol }) => protocol,
  server: ({ server }) => csvText(server),
  address: ({ address }) => csvText(address),
  status: ({ status }) => status,
  label: ({ label }) => csvText(label),
  owner: ({ owner }) => csvText(owner),
  hints: ({ hints }) => list(hints),
  connections: ({ connections }) => connections,
  rows: ({ rows }) => rows,
  commands: ({ commands }) => commands,
  logins_succeeded: ({ logins }) => logins.succeeded,
  logins_failed: ({ logins }) => logins.failed,
  bytes_received: ({ bytes }) => bytes.received,
  bytes_sent: ({ bytes }) => bytes.sent,
  first_seen: ({ firstSeen }) => firstSeen,
  last_seen: ({ lastSeen }) => lastSeen,
  users: ({ users }) => list(users),
  users_total: ({ usersTotal }) => usersTotal,
  users_approximate: ({ usersApproximate }) => String(usersApproximate),
  endpoints: ({ endpoints }) => list(endpoints),
  last_failure_at: ({ lastFailure }) => lastFailure?.at ?? '',
  last_failure: ({ lastFailure }) => csvText(lastFailure?.reason ?? null),
  messages: ({ messages }) => messages,
  tracked: ({ tracked }) => tracked,
  helo: ({ helo }) => list(helo),
  tls: ({ tls }) => csvText(tls),
  senders: ({ senders }) => list(senders),
  connectors: ({ connectors }) => list(connectors),
};

/** The first row, with its end. */
export const csvHeader: string = `${Object.keys(columns).join(',')}\r\n`;

/** The sightings' rows, each with its end; blank for none. */
export function csvRows(sightings: readonly DescribedSighting<string>[]): string {
  const cells = sightings.map((sighting) => Object.values(columns).map((column) => column(sighting)));
  return stringify(cells, { record_delimiter: 'windows' });
}

function list(values: readonly string[]): string {
  return values.map(csvText).join(';');
}
