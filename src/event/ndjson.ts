import { isCanonicalAddress } from './address.ts';
import type { ConnectionEvent, Failure, SmtpFacts } from './connection-event.ts';
import { formatEndpoint, parseEndpoint } from './endpoint.ts';
import { isEventLine } from './event-line-check.ts';
import { protocolOf } from './protocol.ts';
import { type EventLine, eventLine, eventSchemaVersion } from './schema.ts';
import { serverKey } from './server-key.ts';
import { parseTimeText, timeText } from './time-text.ts';

/** What `decodeEvent` has against a line; for counters, so bounded. */
export type EventFormatReason =
  | 'not JSON'
  | 'newer schema'
  | 'wrong schema'
  | 'unreadable time'
  | 'unreadable address'
  | 'unreadable server';

/** A line that is no connection event. Reading it again does not help. */
export class EventFormatError extends Error {
  readonly reason: EventFormatReason;

  constructor(reason: EventFormatReason, detail: string) {
    super(`not a connection event: ${reason} (${detail})`);
    this.name = 'EventFormatError';
    this.reason = reason;
  }
}

/**
 * One event as one line of JSON, without the line feed. By a template, because the shape is fixed and only texts from
 * a log need escaping; the line is valid under `connection-event.schema.json`.
 */
export function encodeEvent(event: ConnectionEvent): string {
  const end = timeText(event.last);
  const start = event.first === event.last ? end : timeText(event.first);
  return (
    `{"@timestamp":"${end}","event":{"dataset":"exchange.${event.protocol}","start":"${start}","end":"${end}"${outcomePart(event)}},` +
    `"host":{"name":${servers.quoted(event.server)}},"network":{"protocol":"${event.protocol}"},` +
    `"client":{"ip":"${event.address}","port":${event.clientPort},"bytes":${event.bytesReceived}},` +
    `"server":{${endpointPart(event.endpoint)}"bytes":${event.bytesSent}},${usersPart(event.users)}` +
    `"log":{"file":{"path":${files.quoted(event.file)}},"offset":${event.offset}},` +
    `"straggler":{${sessionPart(event.session)}"rows":${event.rows},"commands":${event.commands},"opened":${event.opened}` +
    `${authPart(event)}${withheldPart(event)}${failurePart('failure', event.failure)}${event.smtp === undefined ? '' : smtpPart(event.smtp)}}}`
  );
}

function outcomePart(event: ConnectionEvent): string {
  if (event.loginsSucceeded > 0) return ',"outcome":"success"';
  return event.loginsFailed > 0 ? ',"outcome":"failure"' : '';
}

/** The JSON of a text that is written many times in a row. */
class LastQuoted {
  #text = '';
  #json = '""';

  quoted(text: string): string {
    if (text !== this.#text) {
      this.#json = JSON.stringify(text);
      this.#text = text;
    }
    return this.#json;
  }
}

const servers = new LastQuoted();
const files = new LastQuoted();

/** Most clients dial the same endpoint. */
let lastEndpoint: string | null = null;
let lastEndpointPart = '';

function endpointPart(endpoint: string | null): string {
  if (endpoint !== lastEndpoint) {
    const parsed = endpoint === null ? null : parseEndpoint(endpoint);
    lastEndpointPart = parsed === null ? '' : `"ip":"${parsed.address}","port":${parsed.port},`;
    lastEndpoint = endpoint;
  }
  return lastEndpointPart;
}

function usersPart(users: readonly string[]): string {
  if (users.length === 0) return '';
  const first = JSON.stringify(users[0]);
  return `"user":{"name":${first}},"related":{"user":${users.length === 1 ? `[${first}]` : JSON.stringify(users)}},`;
}

function sessionPart(session: string | null): string {
  return session === null ? '' : `"session":${JSON.stringify(session)},`;
}

function authPart(event: ConnectionEvent): string {
  if (event.loginsSucceeded === 0 && event.loginsFailed === 0) return '';
  return `,"auth":{"succeeded":${event.loginsSucceeded},"failed":${event.loginsFailed}}`;
}

function withheldPart(event: ConnectionEvent): string {
  return event.hasUser && event.users.length === 0 ? ',"hasUser":true' : '';
}

function failurePart(name: string, failure: Failure | null): string {
  if (failure === null) return '';
  return `,"${name}":{"at":"${timeText(failure.at)}","reason":${JSON.stringify(failure.reason)}}`;
}

function smtpPart({ messages, tracked, helo, tls, senders, connectors, notice }: SmtpFacts): string {
  const parts =
    `${messages === 0 ? '' : `,"messages":${messages}`}${tracked === 0 ? '' : `,"tracked":${tracked}`}` +
    `${textsPart('helo', helo)}${tls === null ? '' : `,"tls":"${tls}"`}${textsPart('senders', senders)}` +
    `${textsPart('connectors', connectors)}${failurePart('notice', notice)}`;
  return parts === '' ? '' : `,"smtp":{${parts.slice(1)}}`;
}

function textsPart(name: string, texts: readonly string[]): string {
  return texts.length === 0 ? '' : `,"${name}":${JSON.stringify(texts)}`;
}

/**
 * The event of one line, as text or as parsed JSON. Everything is checked, since anybody may write to a topic.
 *
 * @throws {EventFormatError} with the reason.
 */
export function decodeEvent(line: unknown): ConnectionEvent {
  const document = checkedLine(typeof line === 'string' ? parsedJson(line) : line);
  const { event, client, server, straggler } = document;
  const protocol = protocolOf(document.network.protocol) ?? document.network.protocol;
  const last = readTime(event.end);
  const first = event.start === event.end ? last : readTime(event.start);
  if (document['@timestamp'] !== event.end) readTime(document['@timestamp']);
  if (first > last) {
    throw new EventFormatError('unreadable time', 'event.start is after event.end');
  }
  if (event.dataset !== `exchange.${protocol}`) {
    throw new EventFormatError('wrong schema', 'event.dataset and network.protocol differ');
  }
  if (straggler.smtp !== undefined && protocol !== 'smtp') {
    throw new EventFormatError('wrong schema', 'straggler.smtp is of another protocol');
  }
  const users = document.related?.user ?? [];
  return {
    protocol,
    server: readServer(document.host.name),
    address: readAddress(client.ip),
    clientPort: client.port,
    endpoint: server.ip === undefined ? null : formatEndpoint(readAddress(server.ip), server.port ?? 0),
    session: straggler.session ?? null,
    file: document.log.file.path,
    offset: document.log.offset,
    opened: straggler.opened,
    rows: straggler.rows,
    commands: straggler.commands,
    loginsSucceeded: straggler.auth?.succeeded ?? 0,
    loginsFailed: straggler.auth?.failed ?? 0,
    bytesReceived: client.bytes,
    bytesSent: server.bytes,
    first,
    last,
    users,
    hasUser: users.length > 0 || straggler.hasUser === true,
    failure: readFailure(straggler.failure),
    ...(protocol === 'smtp' ? { smtp: readSmtp(straggler.smtp ?? {}) } : {}),
  };
}

function readFailure(failure: { readonly at: string; readonly reason: string } | undefined): Failure | null {
  return failure === undefined ? null : { at: readTime(failure.at), reason: failure.reason };
}

function readSmtp(part: NonNullable<EventLine['straggler']['smtp']>): SmtpFacts {
  return {
    messages: part.messages ?? 0,
    tracked: part.tracked ?? 0,
    helo: part.helo ?? [],
    tls: part.tls ?? null,
    senders: part.senders ?? [],
    connectors: part.connectors ?? [],
    notice: readFailure(part.notice),
  };
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new EventFormatError('not JSON', `a line of ${line.length} characters`);
  }
}

function checkedLine(document: unknown): EventLine {
  const version = schemaVersion(document);
  if (typeof version === 'number' && version > eventSchemaVersion) {
    throw new EventFormatError('newer schema', `version ${version}`);
  }
  if (!isEventLine(document)) {
    const issue = eventLine.safeParse(document).error?.issues[0];
    throw new EventFormatError('wrong schema', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  return document;
}

/** `straggler.schema` of something that may be anything. */
function schemaVersion(document: unknown): unknown {
  const straggler = (document as { straggler?: { schema?: unknown } | null } | null)?.straggler;
  return straggler?.schema;
}

function readTime(text: string): number {
  const ms = parseTimeText(text);
  if (ms === null) {
    throw new EventFormatError('unreadable time', JSON.stringify(text.slice(0, 40)));
  }
  return ms;
}

/** Canonical texts only: another spelling would be another client. */
function readAddress(text: string): string {
  if (!isCanonicalAddress(text)) {
    throw new EventFormatError('unreadable address', JSON.stringify(text.slice(0, 60)));
  }
  return text;
}

/**
 * The key that was read last: nearly every line of a topic names one of a few servers, and one after the other. All of
 * them share its text.
 */
let lastServer = '';

function readServer(text: string): string {
  if (text === lastServer) return lastServer;
  if (serverKey(text) !== text) {
    throw new EventFormatError('unreadable server', JSON.stringify(text.slice(0, 60)));
  }
  lastServer = text;
  return text;
}
