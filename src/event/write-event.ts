/**
 * One event as one line of JSON, written as bytes. By pieces that are fixed, because the shape is, and only texts from
 * a log need escaping; what is the same from event to event (server, file, endpoint) is a piece that is made once.
 */
import type { ConnectionEvent, Failure, SmtpFacts } from './connection-event.ts';
import { parseEndpoint } from './endpoint.ts';
import { type LineBytes, pieceOf } from './line-bytes.ts';
import type { Protocol } from './protocol.ts';

/** Writes the event without a line feed; valid under `connection-event.schema.json`. */
export function writeEvent(out: LineBytes, event: ConnectionEvent): void {
  const source = sourceOf(event.protocol, event.server);
  out.piece(timestamp);
  out.time(event.last);
  out.piece(source.start);
  out.time(event.first);
  out.piece(end);
  out.time(event.last);
  out.piece(source.client[outcomeOf(event)]);
  out.ascii(event.address);
  out.piece(port);
  out.whole(event.clientPort);
  out.piece(bytes);
  out.whole(event.bytesReceived);
  out.piece(serverPiece(event.endpoint));
  out.whole(event.bytesSent);
  writeUsers(out, event.users);
  out.piece(filePiece(event.file));
  out.whole(event.offset);
  out.piece(straggler);
  if (event.session !== null) {
    out.piece(session);
    out.quoted(event.session);
    out.byte(comma);
  }
  out.piece(rows);
  out.whole(event.rows);
  out.piece(commands);
  out.whole(event.commands);
  out.piece(opened);
  out.whole(event.opened);
  writeWhatIsRare(out, event);
  out.piece(close);
}

const comma = 0x2c;
const timestamp = pieceOf('{"@timestamp":"');
const end = pieceOf('","end":"');
const port = pieceOf('","port":');
const bytes = pieceOf(',"bytes":');
const straggler = pieceOf('},"straggler":{');
const session = pieceOf('"session":');
const rows = pieceOf('"rows":');
const commands = pieceOf(',"commands":');
const opened = pieceOf(',"opened":');
const auth = pieceOf(',"auth":{"succeeded":');
const failed = pieceOf(',"failed":');
const brace = pieceOf('}');
const close = pieceOf('}}');
const noUser = pieceOf('},');
const user = pieceOf('},"user":{"name":');
const related = pieceOf('},"related":{"user":[');
const relatedEnd = pieceOf(']},');

type Outcome = 'none' | 'success' | 'failure';

function outcomeOf(event: ConnectionEvent): Outcome {
  if (event.loginsSucceeded > 0) return 'success';
  return event.loginsFailed > 0 ? 'failure' : 'none';
}

/** What all events of one server and protocol share. */
interface Source {
  readonly protocol: Protocol;
  readonly server: string;
  readonly start: Uint8Array;
  readonly client: Readonly<Record<Outcome, Uint8Array>>;
}

/** One event follows another of the same server, file and endpoint mostly; so only the last of each is kept. */
let lastSource: Source | null = null;

function sourceOf(protocol: Protocol, server: string): Source {
  if (lastSource !== null && lastSource.protocol === protocol && lastSource.server === server) return lastSource;
  const rest = `},"host":{"name":${JSON.stringify(server)}},"network":{"protocol":"${protocol}"},"client":{"ip":"`;
  lastSource = {
    protocol,
    server,
    start: pieceOf(`","event":{"dataset":"exchange.${protocol}","start":"`),
    client: {
      none: pieceOf(`"${rest}`),
      success: pieceOf(`","outcome":"success"${rest}`),
      failure: pieceOf(`","outcome":"failure"${rest}`),
    },
  };
  return lastSource;
}

let lastFile = '';
let lastFilePiece = pieceOf('"log":{"file":{"path":""},"offset":');

function filePiece(file: string): Uint8Array {
  if (file !== lastFile) {
    lastFilePiece = pieceOf(`"log":{"file":{"path":${JSON.stringify(file)}},"offset":`);
    lastFile = file;
  }
  return lastFilePiece;
}

const noServer = pieceOf('},"server":{"bytes":');
let lastEndpoint: string | null = null;
let lastServerPiece = noServer;

function serverPiece(endpoint: string | null): Uint8Array {
  if (endpoint !== lastEndpoint) {
    const parsed = endpoint === null ? null : parseEndpoint(endpoint);
    lastServerPiece =
      parsed === null ? noServer : pieceOf(`},"server":{"ip":"${parsed.address}","port":${parsed.port},"bytes":`);
    lastEndpoint = endpoint;
  }
  return lastServerPiece;
}

function writeUsers(out: LineBytes, users: readonly string[]): void {
  const [first] = users;
  if (first === undefined) return out.piece(noUser);
  out.piece(user);
  out.quoted(first);
  out.piece(related);
  out.quoted(first);
  for (let index = 1; index < users.length; index++) {
    out.byte(comma);
    out.quoted(users[index] as string);
  }
  out.piece(relatedEnd);
}

function writeWhatIsRare(out: LineBytes, event: ConnectionEvent): void {
  if (event.loginsSucceeded > 0 || event.loginsFailed > 0) {
    out.piece(auth);
    out.whole(event.loginsSucceeded);
    out.piece(failed);
    out.whole(event.loginsFailed);
    out.piece(brace);
  }
  if (event.hasUser && event.users.length === 0) out.ascii(',"hasUser":true');
  if (event.failure !== null) writeFailure(out, ',"failure"', event.failure);
  if (event.smtp !== undefined) writeSmtp(out, event.smtp);
}

function writeFailure(out: LineBytes, key: string, { at, reason }: Failure): void {
  out.ascii(`${key}:{"at":"`);
  out.time(at);
  out.ascii('","reason":');
  out.quoted(reason);
  out.piece(brace);
}

/** Left out where it says nothing; a comma stands before every part but the first. */
function writeSmtp(out: LineBytes, { messages, tracked, helo, tls, senders, connectors, notice }: SmtpFacts): void {
  let key = ',"smtp":{';
  const next = (name: string): string => {
    const text = `${key}"${name}"`;
    key = ',';
    return text;
  };
  if (messages > 0) out.ascii(`${next('messages')}:${messages}`);
  if (tracked > 0) out.ascii(`${next('tracked')}:${tracked}`);
  if (helo.length > 0) out.utf8(`${next('helo')}:${JSON.stringify(helo)}`);
  if (tls !== null) out.ascii(`${next('tls')}:"${tls}"`);
  if (senders.length > 0) out.utf8(`${next('senders')}:${JSON.stringify(senders)}`);
  if (connectors.length > 0) out.utf8(`${next('connectors')}:${JSON.stringify(connectors)}`);
  if (notice !== null) writeFailure(out, next('notice'), notice);
  if (key === ',') out.piece(brace);
}
