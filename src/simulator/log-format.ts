import type { LogRow, LoggedEndpoint, LoggedProtocol } from './log-row.ts';

const standardColumns = [
  'dateTime',
  'sessionId',
  'seqNumber',
  'sIp',
  'cIp',
  'user',
  'duration',
  'rqsize',
  'rpsize',
  'command',
  'parameters',
  'context',
] as const;

export type Column = (typeof standardColumns)[number] | 'puid';

/** What newer versions write. */
export const columnsWithPuid: readonly Column[] = [...standardColumns, 'puid'];

/** An order that no version is known to write: only the header can tell. */
export const reorderedColumns: readonly Column[] = [
  'sessionId',
  'seqNumber',
  'dateTime',
  'cIp',
  'sIp',
  'puid',
  'command',
  'user',
  'parameters',
  'context',
  'rqsize',
  'rpsize',
  'duration',
];

export const columnOrders: readonly (readonly Column[])[] = [standardColumns, columnsWithPuid, reorderedColumns];

export interface LogFormat {
  readonly columns: readonly Column[];
  /** `full`: bare column row, then five `#` lines; `fields`: the `#` lines only; `none`: a file that a crash left empty. */
  readonly header: 'full' | 'fields' | 'none';
  readonly version: string;
  readonly newline: '\r\n' | '\n';
  readonly byteOrderMark: boolean;
}

export const exchangeFormat: LogFormat = {
  columns: standardColumns,
  header: 'full',
  version: '15.0.0.0',
  newline: '\r\n',
  byteOrderMark: false,
};

/** The head of a new file. */
export function headText(format: LogFormat, protocol: LoggedProtocol, timeMs: number): string {
  const mark = format.byteOrderMark ? '\uFEFF' : '';
  if (format.header === 'none') return mark;
  const bare = format.header === 'full' ? format.columns.join(',') + format.newline : '';
  return mark + bare + commentText(format, protocol, timeMs);
}

/** The `#` lines alone: what a restarted service, or one with changed settings, writes in the middle of a file. */
export function commentText(format: LogFormat, protocol: LoggedProtocol, timeMs: number): string {
  const lines = [
    '#Software: Microsoft Exchange Server',
    `#Version: ${format.version}`,
    `#Log-type: ${protocol === 'pop3' ? 'POP3' : 'IMAP4'} Log`,
    `#Date: ${new Date(timeMs).toISOString()}`,
    `#Fields: ${format.columns.join(',')}`,
  ];
  return lines.join(format.newline) + format.newline;
}

/** A row as its line, without the end of line. `spoiled` replaces cells by raw text: the odd rows. */
export function rowText(format: LogFormat, row: LogRow, spoiled: Partial<Record<Column, string>> = {}): string {
  return format.columns.map((column) => spoiled[column] ?? cell(column, row)).join(',');
}

function cell(column: Column, row: LogRow): string {
  switch (column) {
    case 'dateTime':
      return new Date(row.timeMs).toISOString();
    case 'sessionId':
      return row.sessionId;
    case 'seqNumber':
      return String(row.sequence);
    case 'sIp':
      return endpointText(row.server);
    case 'cIp':
      return endpointText(row.client);
    case 'user':
      return quoted(row.user);
    case 'duration':
      return String(row.durationMs);
    case 'rqsize':
      return String(row.received);
    case 'rpsize':
      return String(row.sent);
    case 'command':
      return row.command;
    case 'parameters':
      return quoted(row.parameters);
    case 'context':
      return quoted(row.context);
    case 'puid':
      return row.user === '' ? '' : '10032001A2B3C4D5';
  }
}

function endpointText(endpoint: LoggedEndpoint): string {
  return `${endpoint.address.logged}:${endpoint.port}`;
}

/** Exchange quotes a cell only for a comma or a quote. */
function quoted(text: string): string {
  return text.includes(',') || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}
