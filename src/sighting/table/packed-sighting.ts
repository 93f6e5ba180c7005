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
import { type ByteReader, ByteWriter } from './bytes.ts';
import type { PlainSighting } from './plain-stored.ts';

const hasUser = 1;
const hasFailure = 2;
const hasSmtp = 4;
const hasTls = 8;
const hasNotice = 16;
/** The difference of the times is no number that `count` can write: the first one is written itself. */
const firstApart = 32;

/** Identity of a sighting, and what else is not among the bytes. */
export type Beside = Pick<Sighting, 'protocol' | 'server' | 'address' | 'lastSeen'>;

/** A packed sighting, somewhere among bytes. */
export interface PackedSighting {
  readonly bytes: Buffer;
  readonly start: number;
  readonly length: number;
  readonly lastSeen: number;
}

export function packSighting(sighting: Sighting, into: ByteWriter): void {
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
  packTexts(sighting.users, into);
  packTexts(sighting.endpoints, into);
  if (lastFailure !== null) packFailure(lastFailure, into);
  if (smtp !== undefined) packSmtp(smtp, into);
}

function packSmtp(smtp: SmtpSighting, into: ByteWriter): void {
  into.count(smtp.messages);
  into.count(smtp.tracked);
  packTexts(smtp.helo, into);
  if (smtp.tls !== null) into.text(smtp.tls);
  packTexts(smtp.senders, into);
  packTexts(smtp.connectors, into);
  if (smtp.notice !== null) packFailure(smtp.notice, into);
}

function packFailure({ at, reason }: Failure, into: ByteWriter): void {
  into.float(at);
  into.text(reason);
}

function packTexts(texts: DistinctTexts, into: ByteWriter): void {
  into.count(texts.size * 2 + (texts.approximate ? 1 : 0));
  if (texts.size > 0) for (const text of texts.values()) into.text(text);
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

export function unpackSighting(from: ByteReader, beside: Beside, figures: Figures): Sighting {
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
    users: unpackTexts(from),
    hasUser: (flags & hasUser) !== 0,
    endpoints: unpackTexts(from),
    lastFailure: (flags & hasFailure) === 0 ? null : unpackFailure(from),
    ...((flags & hasSmtp) === 0 ? {} : { smtp: unpackSmtp(from, flags) }),
  };
}

function unpackSmtp(from: ByteReader, flags: number): SmtpSighting {
  return {
    messages: from.count(),
    tracked: from.count(),
    helo: unpackTexts(from),
    tls: (flags & hasTls) === 0 ? null : from.text(),
    senders: unpackTexts(from),
    connectors: unpackTexts(from),
    notice: (flags & hasNotice) === 0 ? null : unpackFailure(from),
  };
}

function unpackFailure(from: ByteReader): Failure {
  return { at: from.float(), reason: from.text() };
}

function unpackTexts(from: ByteReader): DistinctTexts {
  const head = from.count();
  const values: string[] = [];
  for (let left = head >>> 1; left > 0; left--) values.push(from.text());
  const texts = restoredTexts(values, (head & 1) === 1, 'bounded');
  if (texts === null) throw new TypeError('packed texts that are no set');
  return texts;
}

/**
 * Whether the name of a user (of SMTP: who a client says that it is, or a sender) holds `wanted`, both in lower case.
 */
export function namesInclude(from: ByteReader, wanted: string): boolean {
  const flags = skipFigures(from);
  if (someIncludes(from, wanted)) return true;
  if ((flags & hasSmtp) === 0) return false;
  skipTexts(from);
  if ((flags & hasFailure) !== 0) skipFailure(from);
  from.skipCounts(2);
  if (someIncludes(from, wanted)) return true;
  if ((flags & hasTls) !== 0) from.skipText();
  return someIncludes(from, wanted);
}

/** Packs one sighting at a time; its fields are those of the last one. */
export class Packer implements PackedSighting {
  readonly #writer = new ByteWriter();
  readonly start = 0;
  lastSeen = 0;

  get bytes(): Buffer {
    return this.#writer.bytes;
  }

  get length(): number {
    return this.#writer.length;
  }

  pack(sighting: Sighting): void {
    this.#writer.length = 0;
    packSighting(sighting, this.#writer);
    this.lastSeen = sighting.lastSeen;
  }
}

/** Leaves the reader at the endpoints, which `readEndpoints` reads and `skipTexts` passes over. */
export function seekEndpoints(from: ByteReader): void {
  skipFigures(from);
  skipTexts(from);
}

export function readEndpoints(from: ByteReader): string[] {
  const endpoints: string[] = [];
  for (let left = from.count() >>> 1; left > 0; left--) endpoints.push(from.text());
  return endpoints;
}

/** Passes over all that stands before the users. Answers the flags. */
function skipFigures(from: ByteReader): number {
  const flags = from.byte();
  if ((flags & firstApart) === 0) {
    from.skipCounts(8);
  } else {
    from.skipCounts(2);
    from.float();
    from.skipCounts(5);
  }
  return flags;
}

export function skipTexts(from: ByteReader): void {
  for (let left = from.count() >>> 1; left > 0; left--) from.skipText();
}

function skipFailure(from: ByteReader): void {
  from.float();
  from.skipText();
}

function someIncludes(from: ByteReader, wanted: string): boolean {
  let found = false;
  for (let left = from.count() >>> 1; left > 0; left--) found = from.textIncludes(wanted) || found;
  return found;
}

/** Whether a user was seen; the flags stand first. */
export function packedHasUser({ bytes, start }: PackedSighting): boolean {
  return ((bytes[start] as number) & hasUser) !== 0;
}

/** Writes what `packSighting` does for a plain sighting: of one user and endpoint at most, without a failure. */
export function packPlain(plain: PlainSighting, into: ByteWriter): void {
  const { json, counts, firstSeen, lastSeen } = plain;
  const [connections = 0, rows = 0] = counts;
  into.byte(plain.hasUser ? hasUser : 0);
  into.count(connections);
  into.count(rows);
  into.count(lastSeen - firstSeen);
  for (let index = 2; index < counts.length; index++) into.count(counts[index] as number);
  for (const [from, to] of [plain.user, plain.endpoint]) {
    into.count(from < 0 ? 0 : 2);
    if (from >= 0) into.text(json, from, to);
  }
}
