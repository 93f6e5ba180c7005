/**
 * A slow and simple reader of front-end log files, written for these tests alone: it splits lines, splits cells by a
 * regular expression and counts. It stands against the simulator's truth, which never looks at a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';

interface NaiveClient {
  connections: number;
  rows: number;
  commands: number;
  succeeded: number;
  failed: number;
  received: number;
  sent: number;
  firstSeen: string;
  lastSeen: string;
  users: string[];
  endpoints: string[];
  lastFailure: { at: string; reason: string } | null;
}

export interface NaiveCount {
  readonly clients: Map<string, NaiveClient>;
  readonly rows: number;
  readonly badRows: number;
  readonly files: number;
}

/** All front-end files of a folder; clients by canonical address. */
export function naiveCount(folder: string): NaiveCount {
  const clients = new Map<string, NaiveClient>();
  let rows = 0;
  let badRows = 0;
  const names = readdirSync(folder).filter((name) => /^(POP3|IMAP4)\d/.test(name));
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8').replace(/^\uFEFF/, '');
    let columns = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context'.split(
      ',',
    );
    for (const written of text.split(/\r?\n/)) {
      const line = written.replace(/^\0+/, '');
      if (line.startsWith('#Fields: ')) columns = line.slice(9).split(',');
      if (line === '' || line.startsWith('#')) continue;
      if (line.includes('dateTime,') && line.includes('sessionId,')) {
        columns = line.split(',');
        continue;
      }
      const cells = cellsOf(line);
      const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
      if (cells.length < columns.length || !isValid(row)) {
        badRows += 1;
        continue;
      }
      rows += 1;
      count(clients, row);
    }
  }
  return { clients, rows, badRows, files: names.length };
}

type Row = Record<string, string>;

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const cell = /("(?:[^"]|"")*(?:"[^,]*|$)|[^,]*)(,|$)/gy;
  for (let match = cell.exec(line); match !== null; match = cell.exec(line)) {
    const raw = match[1] ?? '';
    cells.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (match[2] === '') return cells;
  }
  return cells;
}

function isValid(row: Row): boolean {
  const time = row['dateTime'] ?? '';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) || Number.isNaN(Date.parse(time))) return false;
  return /^\d+$/.test(row['seqNumber'] ?? '') && canonical(row['cIp'] ?? '') !== null;
}

function canonical(endpoint: string): { address: string; endpoint: string } | null {
  const host = endpoint
    .slice(0, endpoint.lastIndexOf(':'))
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '');
  if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !ipaddr.IPv6.isValid(host)) return null;
  const address = ipaddr.process(host);
  const text = address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
  const port = endpoint.slice(endpoint.lastIndexOf(':') + 1);
  return { address: text, endpoint: address.kind() === 'ipv6' ? `[${text}]:${port}` : `${text}:${port}` };
}

function count(clients: Map<string, NaiveClient>, row: Row): void {
  const address = canonical(row['cIp'] ?? '')?.address ?? '';
  const time = row['dateTime'] ?? '';
  const client = clients.get(address) ?? newClient(time);
  clients.set(address, client);
  const command = row['command'] ?? '';
  client.rows += 1;
  if (row['seqNumber'] === '0') client.connections += 1;
  if (!['OpenSession', 'CloseSession', 'proxy'].includes(command)) client.commands += 1;
  client.received += Number(row['rqsize']) || 0;
  client.sent += Number(row['rpsize']) || 0;
  if (time < client.firstSeen) client.firstSeen = time;
  if (time > client.lastSeen) client.lastSeen = time;
  const endpoint = canonical(row['sIp'] ?? '')?.endpoint ?? '';
  if (!client.endpoints.includes(endpoint)) client.endpoints.push(endpoint);
  countUser(client, row['user'] ?? '');
  countVerdict(client, row);
}

function newClient(time: string): NaiveClient {
  const zero = { connections: 0, rows: 0, commands: 0, succeeded: 0, failed: 0, received: 0, sent: 0 };
  return { ...zero, firstSeen: time, lastSeen: time, users: [], endpoints: [], lastFailure: null };
}

function countUser(client: NaiveClient, logged: string): void {
  const user = Array.from(logged).slice(0, 256).join('');
  if (user === '' || /^(.*\\)?HealthMailbox/.test(user)) return;
  const index = client.users.findIndex((known) => known.toLowerCase() === user.toLowerCase());
  if (index === -1) client.users.push(user);
  else client.users[index] = byCodePoint([user, client.users[index] ?? user])[0] ?? user;
}

function countVerdict(client: NaiveClient, row: Row): void {
  const command = row['command'] ?? '';
  const result = /^R=("(?:[^"]*)"|[^;]*)/.exec(row['context'] ?? '')?.[1]?.replaceAll('"', '');
  if (result === undefined || !['user', 'login', 'authenticate', 'auth', 'pass'].includes(command)) return;
  if (command.startsWith('auth') && row['parameters'] === '') return;
  if (/^ok/i.test(result)) {
    if (command !== 'user') client.succeeded += 1;
    return;
  }
  client.failed += 1;
  const message = /;ErrMsg=([^;]*|".*")$/.exec(row['context'] ?? '')?.[1]?.replace(/^"(.*)"$/, '$1');
  const failure = { at: row['dateTime'] ?? '', reason: message ?? result };
  const last = client.lastFailure;
  if (last === null || failure.at > last.at || (failure.at === last.at && failure.reason > last.reason)) {
    client.lastFailure = failure;
  }
}

export function byCodePoint(texts: readonly string[]): string[] {
  const points = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return texts.toSorted((a, b) => {
    const [left, right] = [points(a), points(b)];
    const differs = left.findIndex((point, index) => point !== right[index]);
    return differs === -1 ? left.length - right.length : (left[differs] ?? 0) - (right[differs] ?? -1);
  });
}
