import { protocolOf } from '../event/protocol.ts';
import type { Failure } from '../event/connection-event.ts';
import { tlsVersionPattern } from '../event/tls-version.ts';
import type { DistinctTexts, TextsMode } from './distinct-texts.ts';
import { restoredTexts } from './few-texts.ts';
import type { Sighting } from './sighting.ts';
import { type SmtpSighting, emptySmtp } from './smtp-sighting.ts';

/**
 * Versions of the stored form; a program reads its own and older ones. Version 2 has the SMTP part, and only what has
 * one is written so: a program that knows version 1 alone reads the others as before.
 */
const sightingVersion = 2;
const versionWithoutSmtp = 1;

/** A stored sighting that cannot be used; the message says why. */
export class UnreadableSighting extends Error {
  override readonly name = 'UnreadableSighting';
  /** Written by a newer version of the program. */
  readonly newer: boolean;

  constructor(message: string, newer = false) {
    super(message);
    this.newer = newer;
  }
}

type Counts = readonly [number, number, number, number, number, number, number];

/**
 * The stored form: one JSON object with short names, because a state holds a million of them; empty sets and nulls
 * are left out, and `h` (hasUser) is written only where it differs from "has names".
 */
interface Stored {
  v: number;
  p: string;
  s: string;
  a: string;
  /** Connections, rows, commands, logins succeeded and failed, bytes received and sent. */
  n: Counts;
  /** First and last seen. */
  t: readonly [number, number];
  u?: readonly string[];
  /** 1: more users were seen than are kept. */
  uo?: 1;
  h?: 0 | 1;
  e?: readonly string[];
  eo?: 1;
  f?: StoredFailure;
  m?: StoredSmtp;
}

type StoredFailure = readonly [at: number, reason: string];

interface StoredSmtp {
  /** Messages, tracked. */
  n: readonly [number, number];
  h?: readonly string[];
  ho?: 1;
  t?: string;
  s?: readonly string[];
  so?: 1;
  c?: readonly string[];
  co?: 1;
  /** The notice. */
  f?: StoredFailure;
}

/** Compact JSON, 120 to 200 bytes for a plain client. The sighting holds at least one event. */
export function encodeSighting(sighting: Sighting): string {
  const { users, endpoints, lastFailure } = sighting;
  const stored: Stored = {
    v: sighting.smtp === undefined ? versionWithoutSmtp : sightingVersion,
    p: sighting.protocol,
    s: sighting.server,
    a: sighting.address,
    n: [
      sighting.connections,
      sighting.rows,
      sighting.commands,
      sighting.loginsSucceeded,
      sighting.loginsFailed,
      sighting.bytesReceived,
      sighting.bytesSent,
    ],
    t: [sighting.firstSeen, sighting.lastSeen],
  };
  if (users.size > 0) stored.u = users.values();
  if (users.approximate) stored.uo = 1;
  if (sighting.hasUser !== users.size > 0) stored.h = sighting.hasUser ? 1 : 0;
  if (endpoints.size > 0) stored.e = endpoints.values();
  if (endpoints.approximate) stored.eo = 1;
  if (lastFailure !== null) stored.f = [lastFailure.at, lastFailure.reason];
  if (sighting.smtp !== undefined) stored.m = storedSmtp(sighting.smtp);
  return JSON.stringify(stored);
}

function storedSmtp({ messages, tracked, helo, tls, senders, connectors, notice }: SmtpSighting): StoredSmtp {
  const stored: StoredSmtp = { n: [messages, tracked] };
  if (helo.size > 0) stored.h = helo.values();
  if (helo.approximate) stored.ho = 1;
  if (tls !== null) stored.t = tls;
  if (senders.size > 0) stored.s = senders.values();
  if (senders.approximate) stored.so = 1;
  if (connectors.size > 0) stored.c = connectors.values();
  if (connectors.approximate) stored.co = 1;
  if (notice !== null) stored.f = [notice.at, notice.reason];
  return stored;
}

/** The inverse of `encodeSighting`; throws UnreadableSighting for anything that it could not have written. */
export function decodeSighting(text: string, mode: TextsMode = 'bounded'): Sighting {
  const stored = parse(text);
  const protocol = typeof stored.p === 'string' ? protocolOf(stored.p) : null;
  if (protocol === null) throw new UnreadableSighting('its protocol is not known');
  const [connections, rows, commands, loginsSucceeded, loginsFailed, bytesReceived, bytesSent] = counts(stored.n);
  const [firstSeen, lastSeen] = times(stored.t);
  const users = texts(stored.u, stored.uo, mode, 'users');
  if (stored.h !== undefined && stored.h !== 0 && stored.h !== 1) throw new UnreadableSighting('its user mark is odd');
  return {
    protocol,
    server: sharedServer(name(stored.s, 'server')),
    address: name(stored.a, 'address'),
    connections,
    rows,
    commands,
    loginsSucceeded,
    loginsFailed,
    bytesReceived,
    bytesSent,
    firstSeen,
    lastSeen,
    users,
    hasUser: stored.h === undefined ? users.size > 0 : stored.h === 1,
    endpoints: texts(stored.e, stored.eo, mode, 'endpoints'),
    lastFailure: failure(stored.f),
    ...(protocol === 'smtp' ? { smtp: smtpPart(stored, mode) } : {}),
  };
}

/** Names of servers that were read lately, so that a million clients do not hold a copy each. */
const servers = new Map<string, string>();
const serversMax = 1000;

function sharedServer(text: string): string {
  const known = servers.get(text);
  if (known !== undefined) return known;
  if (servers.size >= serversMax) servers.clear();
  servers.set(text, text);
  return text;
}

function smtpPart({ v, m }: Partial<Stored>, mode: TextsMode): SmtpSighting {
  if (v === versionWithoutSmtp) return emptySmtp(mode);
  const stored: Partial<StoredSmtp> = m ?? {};
  if (!Array.isArray(stored.n) || stored.n.length !== 2 || !stored.n.every(isCount)) {
    throw new UnreadableSighting('its SMTP counts are not two whole numbers');
  }
  const [messages, tracked] = stored.n as unknown as [number, number];
  const { t: tls = null } = stored;
  if (tls !== null && !tlsVersionPattern.test(tls)) throw new UnreadableSighting('its TLS version is none');
  return {
    messages,
    tracked,
    helo: texts(stored.h, stored.ho, mode, 'names'),
    tls,
    senders: texts(stored.s, stored.so, mode, 'senders'),
    connectors: texts(stored.c, stored.co, mode, 'connectors'),
    notice: failure(stored.f),
  };
}

function parse(text: string): Partial<Stored> {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw new UnreadableSighting(`it is no JSON: ${(cause as Error).message}`);
  }
  if (typeof stored !== 'object' || stored === null) throw new UnreadableSighting('it is no JSON object');
  const { v } = stored as Partial<Stored>;
  if (typeof v === 'number' && v > sightingVersion) {
    throw new UnreadableSighting(`it has version ${v}, this program knows up to ${sightingVersion}`, true);
  }
  if (v !== sightingVersion && v !== versionWithoutSmtp) throw new UnreadableSighting('it has no known version');
  return stored;
}

function counts(value: unknown): Counts {
  if (Array.isArray(value) && value.length === 7 && value.every(isCount)) return value as unknown as Counts;
  throw new UnreadableSighting('its counts are not seven whole numbers');
}

function times(value: unknown): readonly [first: number, last: number] {
  if (Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)) {
    const [first, last] = value as [number, number];
    if (first <= last) return [first, last];
  }
  throw new UnreadableSighting('its times are not two times in order');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function name(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || value.includes('\t')) {
    throw new UnreadableSighting(`its ${field} is no name`);
  }
  return value;
}

function texts(value: unknown, overflowed: unknown, mode: TextsMode, field: string): DistinctTexts {
  const list = value ?? [];
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) {
    throw new UnreadableSighting(`its ${field} are no list of texts`);
  }
  const restored = restoredTexts(list, overflowed === 1, mode);
  if (restored === null) throw new UnreadableSighting(`its ${field} are no set that this program could have kept`);
  return restored;
}

function failure(value: unknown): Failure | null {
  if (value === undefined) return null;
  if (!Array.isArray(value) || !Number.isSafeInteger(value[0]) || typeof value[1] !== 'string' || value.length !== 2) {
    throw new UnreadableSighting('its last failure is no time and reason');
  }
  return { at: value[0] as number, reason: value[1] };
}
