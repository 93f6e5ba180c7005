/**
 * A sighting as bytes in memory, without its identity and `lastSeen`, which are kept beside it: some 45 bytes for a
 * plain client. The figures that a list is sorted by stand first.
 *
 *     flags, connections, rows, lastSeen - firstSeen, commands, logins succeeded and failed, bytes received and sent,
 *     users, endpoints, [last failure], [messages, tracked, helo, tls, senders, connectors, [notice]]
 */
import type { Failure } from '../../event/connection-event.ts';
import { restoredTexts } from '../few-texts.ts';
import type { DistinctTexts } from '../distinct-texts.ts';
import type { Sighting } from '../sighting.ts';
import type { SmtpSighting } from '../smtp-sighting.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { CommonTexts } from './common-texts.ts';

const hasUser = 1;
const hasFailure = 2;
const hasSmtp = 4;
const hasTls = 8;
const hasNotice = 16;
/** The difference of the times is no number that `count` can write: the first one is written itself. */
const firstApart = 32;

/** Identity of a sighting, and what else is not among the bytes. */
export type Beside = Pick<Sighting, 'protocol' | 'server' | 'address' | 'lastSeen'>;

export function packSighting(sighting: Sighting, common: CommonTexts, into: ByteWriter): void {
  const { firstSeen, lastSeen, lastFailure, smtp } = sighting;
  const span = lastSeen - firstSeen;
  const isApart = !(Number.isSafeInteger(span) && span >= 0 && lastSeen - span === firstSeen);
  into.byte(
    (sighting.hasUser ? hasUser : 0) |
      (lastFailure === null ? 0 : hasFailure) |
      (smtp === undefined ? 0 : hasSmtp) |
      (smtp === undefined || smtp.tls === null ? 0 : hasTls) |
      (smtp === undefined || smtp.notice === null ? 0 : hasNotice) |
      (isApart ? firstApart : 0),
  );
  into.count(sighting.connections);
  into.count(sighting.rows);
  if (isApart) into.float(firstSeen);
  else into.count(span);
  into.count(sighting.commands);
  into.count(sighting.loginsSucceeded);
  into.count(sighting.loginsFailed);
  into.count(sighting.bytesReceived);
  into.count(sighting.bytesSent);
  packTexts(sighting.users, null, into);
  packTexts(sighting.endpoints, common, into);
  if (lastFailure !== null) packFailure(lastFailure, into);
  if (smtp !== undefined) packSmtp(smtp, common, into);
}

function packSmtp(smtp: SmtpSighting, common: CommonTexts, into: ByteWriter): void {
  into.count(smtp.messages);
  into.count(smtp.tracked);
  packTexts(smtp.helo, null, into);
  if (smtp.tls !== null) into.text(smtp.tls);
  packTexts(smtp.senders, null, into);
  packTexts(smtp.connectors, common, into);
  if (smtp.notice !== null) packFailure(smtp.notice, into);
}

function packFailure({ at, reason }: Failure, into: ByteWriter): void {
  into.float(at);
  into.text(reason);
}

function packTexts(texts: DistinctTexts, common: CommonTexts | null, into: ByteWriter): void {
  into.count(texts.size * 2 + (texts.approximate ? 1 : 0));
  if (texts.size === 0) return;
  for (const text of texts.values()) {
    const number = common === null ? -1 : common.number(text);
    if (common !== null) into.count(number + 1);
    if (number < 0) into.text(text);
  }
}

/** The counts of a sighting, for sums and sorting. Filled anew by each call of `readFigures`. */
export interface Figures {
  connections: number;
  rows: number;
  commands: number;
  loginsSucceeded: number;
  loginsFailed: number;
  bytesReceived: number;
  bytesSent: number;
  firstSeen: number;
}

export function noFigures(): Figures {
  const logins = { loginsSucceeded: 0, loginsFailed: 0 };
  return { connections: 0, rows: 0, commands: 0, ...logins, bytesReceived: 0, bytesSent: 0, firstSeen: 0 };
}

/** Reads from the flags to before the users. Answers the flags. */
export function readFigures(from: ByteReader, lastSeen: number, into: Figures): number {
  const flags = from.byte();
  into.connections = from.count();
  into.rows = from.count();
  into.firstSeen = (flags & firstApart) === 0 ? lastSeen - from.count() : from.float();
  into.commands = from.count();
  into.loginsSucceeded = from.count();
  into.loginsFailed = from.count();
  into.bytesReceived = from.count();
  into.bytesSent = from.count();
  return flags;
}

export function unpackSighting(from: ByteReader, beside: Beside, common: CommonTexts, figures: Figures): Sighting {
  const flags = readFigures(from, beside.lastSeen, figures);
  return {
    protocol: beside.protocol,
    server: beside.server,
    address: beside.address,
    connections: figures.connections,
    rows: figures.rows,
    commands: figures.commands,
    loginsSucceeded: figures.loginsSucceeded,
    loginsFailed: figures.loginsFailed,
    bytesReceived: figures.bytesReceived,
    bytesSent: figures.bytesSent,
    firstSeen: figures.firstSeen,
    lastSeen: beside.lastSeen,
    users: unpackTexts(from, null),
    hasUser: (flags & hasUser) !== 0,
    endpoints: unpackTexts(from, common),
    lastFailure: (flags & hasFailure) === 0 ? null : unpackFailure(from),
    ...((flags & hasSmtp) === 0 ? {} : { smtp: unpackSmtp(from, flags, common) }),
  };
}

function unpackSmtp(from: ByteReader, flags: number, common: CommonTexts): SmtpSighting {
  return {
    messages: from.count(),
    tracked: from.count(),
    helo: unpackTexts(from, null),
    tls: (flags & hasTls) === 0 ? null : from.text(),
    senders: unpackTexts(from, null),
    connectors: unpackTexts(from, common),
    notice: (flags & hasNotice) === 0 ? null : unpackFailure(from),
  };
}

function unpackFailure(from: ByteReader): Failure {
  return { at: from.float(), reason: from.text() };
}

function unpackTexts(from: ByteReader, common: CommonTexts | null): DistinctTexts {
  const head = from.count();
  const values: string[] = [];
  for (let left = head >>> 1; left > 0; left--) values.push(unpackText(from, common));
  const texts = restoredTexts(values, (head & 1) === 1, 'bounded');
  if (texts === null) throw new TypeError('packed texts that are no set');
  return texts;
}

function unpackText(from: ByteReader, common: CommonTexts | null): string {
  const number = common === null ? 0 : from.count();
  return common === null || number === 0 ? from.text() : common.text(number - 1);
}

/**
 * Whether the name of a user (of SMTP: who a client says that it is, or a sender) holds `wanted`, both in lower case.
 */
export function namesInclude(from: ByteReader, wanted: string, figures: Figures, common: CommonTexts): boolean {
  const flags = readFigures(from, 0, figures);
  if (someIncludes(from, wanted)) return true;
  if ((flags & hasSmtp) === 0) return false;
  for (let left = from.count() >>> 1; left > 0; left--) unpackText(from, common);
  if ((flags & hasFailure) !== 0) unpackFailure(from);
  from.count();
  from.count();
  if (someIncludes(from, wanted)) return true;
  if ((flags & hasTls) !== 0) from.skipText();
  return someIncludes(from, wanted);
}

function someIncludes(from: ByteReader, wanted: string): boolean {
  let found = false;
  for (let left = from.count() >>> 1; left > 0; left--) found = from.textIncludes(wanted) || found;
  return found;
}
