/**
 * Sightings as CSV (RFC 4180, rows end in CRLF), the same from a report and from a collector, byte for byte. The file
 * is opened in spreadsheets and holds what a log said, so no cell can begin a formula, nor can what stands behind a
 * semicolon: in half of the world spreadsheets split there, and know nothing of the quotes around the whole cell.
 */
import { stringify } from 'csv-stringify/sync';
import type { DescribedSighting } from './described.ts';

const columns: Readonly<Record<string, (sighting: DescribedSighting<string>) => string | number>> = {
  protocol: ({ protocol }) => protocol,
  server: ({ server }) => text(server),
  address: ({ address }) => text(address),
  status: ({ status }) => status,
  label: ({ label }) => text(label),
  owner: ({ owner }) => text(owner),
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
  last_failure: ({ lastFailure }) => text(lastFailure?.reason ?? null),
  messages: ({ messages }) => messages,
  tracked: ({ tracked }) => tracked,
  helo: ({ helo }) => list(helo),
  tls: ({ tls }) => text(tls),
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

function text(value: string | null): string {
  const visible = (value ?? '').replace(controls, picture);
  return visible.replace(formulaStarts, "$1'");
}

function list(values: readonly string[]): string {
  return values.map(text).join(';');
}

/** Where a formula would begin in a spreadsheet, by a sign or by the wide form that some take for the same. */
const formulaStarts = /(^|;)(?=[\s"]*[=+\-@＝＋－＠])/g;

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

/** The character that depicts a control character: neither a cell nor a terminal does anything with it. */
function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
