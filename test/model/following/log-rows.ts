/**
 * The rows of the model, and what they say. A client writes six rows, one of each kind. The size of a request is a
 * power of 16 of the row's place, so the sum of `bytesReceived` tells how often each row was counted; every other field
 * must then follow from it.
 */
import type { Sighting } from '../../../src/sighting/sighting.ts';

interface Kind {
  readonly command: string;
  readonly parameters: string;
  readonly context: string;
  readonly verdict: 'succeeded' | 'failed' | null;
  readonly hasUser: boolean;
}

const refused = 'AuthFailed:LogonDenied';
const kinds: readonly Kind[] = [
  { command: 'OpenSession', parameters: '', context: '', verdict: null, hasUser: false },
  { command: 'user', parameters: 'svc', context: 'R=ok', verdict: null, hasUser: true },
  {
    command: 'pass',
    parameters: '*****',
    context: `"R=""-ERR Logon failure: no"";ErrMsg=${refused}"`,
    verdict: 'failed',
    hasUser: true,
  },
  { command: 'pass', parameters: '*****', context: 'R=ok', verdict: 'succeeded', hasUser: true },
  { command: 'stat', parameters: '', context: 'R=ok', verdict: null, hasUser: true },
  { command: 'CloseSession', parameters: '', context: '', verdict: null, hasUser: false },
];

export interface Client {
  readonly server: string;
  readonly address: string;
  readonly user: string;
  readonly rows: Row[];
}

export interface Row {
  readonly client: Client;
  readonly place: number;
  readonly time: number;
  /** Read by a scan that was waited for: it counts once, whatever happens to its bytes afterwards. */
  isCertain: boolean;
  /** It was finished where it was torn: whether it counts depends on where that was. */
  isDamaged: boolean;
}

export const rowsOfClient = kinds.length;

/** Two orders of columns: who reads on in the middle of a file must know which one is in force. */
export const columnOrders: readonly (readonly string[])[] = [
  [
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
  ],
  [
    'dateTime',
    'cIp',
    'sessionId',
    'rpsize',
    'seqNumber',
    'command',
    'user',
    'parameters',
    'sIp',
    'duration',
    'rqsize',
    'context',
  ],
];

const requestBytes = (place: number): number => 16 ** place;
const answerBytes = (place: number): number => 53 + place;
const endpointOf = (server: string): string => `10.0.0.${server.slice(-1)}:995`;

export function nextRow(client: Client, time: number): Row {
  const row: Row = { client, place: client.rows.length, time, isCertain: false, isDamaged: false };
  client.rows.push(row);
  return row;
}

function kindOf(place: number): Kind {
  const kind = kinds[place];
  if (kind === undefined) throw new Error(`a client has no row ${place}`);
  return kind;
}

/** @param padding characters that make the row longer */
export function rowText({ client, place, time }: Row, columns: readonly string[], padding: number): string {
  const { command, parameters, context, hasUser } = kindOf(place);
  const fields: Readonly<Record<string, string>> = {
    dateTime: new Date(time).toISOString(),
    sessionId: client.user,
    seqNumber: String(place),
    sIp: endpointOf(client.server),
    cIp: `${client.address}:51234`,
    user: hasUser ? client.user : '',
    duration: '3',
    rqsize: String(requestBytes(place)),
    rpsize: String(answerBytes(place)),
    command,
    parameters: parameters + 'x'.repeat(padding),
    context,
  };
  return `${columns.map((column) => fields[column] ?? '').join(',')}\r\n`;
}

/** How often each row of a client was counted, as the sum of its request sizes says. */
export function timesCounted(bytesReceived: number): number[] {
  return kinds.map((_, place) => Math.floor(bytesReceived / requestBytes(place)) % 16);
}

export interface Fields {
  readonly connections: number;
  readonly rows: number;
  readonly commands: number;
  readonly loginsSucceeded: number;
  readonly loginsFailed: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly users: readonly string[];
  readonly hasUser: boolean;
  readonly endpoints: readonly string[];
  readonly lastFailure: { readonly at: number; readonly reason: string } | null;
}

/** What these rows of one client, each counted once, come to. */
export function fieldsOf(rows: readonly Row[]): Fields {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const verdicts = (verdict: Kind['verdict']): Row[] => rows.filter((row) => kindOf(row.place).verdict === verdict);
  const times = rows.map(({ time }) => time);
  const [first] = rows;
  const hasUser = rows.some(({ place }) => kindOf(place).hasUser);
  const failedAt = verdicts('failed').map(({ time }) => time);
  return {
    connections: rows.filter(({ place }) => place === 0).length,
    rows: rows.length,
    commands: rows.filter(({ place }) => !kindOf(place).command.endsWith('Session')).length,
    loginsSucceeded: verdicts('succeeded').length,
    loginsFailed: verdicts('failed').length,
    bytesReceived: sum(({ place }) => requestBytes(place)),
    bytesSent: sum(({ place }) => answerBytes(place)),
    firstSeen: Math.min(...times),
    lastSeen: Math.max(...times),
    users: hasUser && first !== undefined ? [first.client.user] : [],
    hasUser,
    endpoints: first === undefined ? [] : [endpointOf(first.client.server)],
    lastFailure: failedAt.length === 0 ? null : { at: Math.max(...failedAt), reason: refused },
  };
}

export function fieldsCounted(sighting: Sighting): Fields {
  const { users, endpoints, lastFailure, protocol: _, server: _server, address: _address, ...plain } = sighting;
  return {
    ...plain,
    users: users.values(),
    endpoints: endpoints.values(),
    lastFailure: lastFailure === null ? null : { at: lastFailure.at, reason: lastFailure.reason },
  };
}
