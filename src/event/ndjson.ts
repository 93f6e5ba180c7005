import { isCanonicalAddress } from './address.ts';
import type { ConnectionEvent, Failure, SmtpFacts } from './connection-event.ts';
import { formatEndpoint } from './endpoint.ts';
import { isEventLine } from './event-line-check.ts';
import { LineBytes } from './line-bytes.ts';
import { protocolOf } from './protocol.ts';
import { type EventLine, eventLine, eventSchemaVersion } from './schema.ts';
import { serverKey } from './server-key.ts';
import { parseTimeText } from './time-text.ts';
import { writeEvent } from './write-event.ts';

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

const line = new LineBytes(4096);

/** One event as one line of JSON, without the line feed; valid under `connection-event.schema.json`. */
export function encodeEvent(event: ConnectionEvent): string {
  line.clear();
  writeEvent(line, event);
  return line.text();
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
