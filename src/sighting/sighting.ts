import type { ConnectionEvent, Failure } from '../event/connection-event.ts';
import type { Protocol } from '../event/protocol.ts';
import { laterFailure } from '../event/later-failure.ts';
import type { DistinctTexts, TextsMode } from './distinct-texts.ts';
import { noTexts } from './few-texts.ts';
import { type SmtpSighting, applySmtp, cloneSmtp, emptySmtp, mergeSmtp } from './smtp-sighting.ts';
import { plus } from './sum.ts';

/**
 * All that is known of one (server, protocol, client address). Every field is a sum, a minimum, a maximum or a
 * bounded set, so sightings merge in any order and grouping: a report, a live run and any number of collectors agree
 * to the last field.
 */
export interface Sighting {
  readonly protocol: Protocol;
  readonly server: string;
  readonly address: string;
  connections: number;
  rows: number;
  commands: number;
  loginsSucceeded: number;
  loginsFailed: number;
  bytesReceived: number;
  bytesSent: number;
  /** Milliseconds since the epoch. */
  firstSeen: number;
  lastSeen: number;
  users: DistinctTexts;
  hasUser: boolean;
  endpoints: DistinctTexts;
  /** Of SMTP: the latest refusing reply; what is shown is `lastFailureOf`. */
  lastFailure: Failure | null;
  /** There if and only if the protocol is SMTP. */
  readonly smtp?: SmtpSighting;
}

/** Identity of a sighting as one text; no part can hold a tab. */
export function sightingKey(protocol: Protocol, server: string, address: string): string {
  return `${protocol}\t${server}\t${address}`;
}

/** A sighting before its first event: the neutral element of `mergeSighting`. Never shown, never stored. */
export function emptySighting(protocol: Protocol, server: string, address: string, mode: TextsMode): Sighting {
  return {
    protocol,
    server,
    address,
    connections: 0,
    rows: 0,
    commands: 0,
    loginsSucceeded: 0,
    loginsFailed: 0,
    bytesReceived: 0,
    bytesSent: 0,
    firstSeen: Number.POSITIVE_INFINITY,
    lastSeen: Number.NEGATIVE_INFINITY,
    users: noTexts(mode),
    hasUser: false,
    endpoints: noTexts(mode),
    lastFailure: null,
    ...(protocol === 'smtp' ? { smtp: emptySmtp(mode) } : {}),
  };
}

/** Counts one event in; the event must be of the sighting's server, protocol and address. */
export function applyEvent(sighting: Sighting, event: ConnectionEvent): void {
  sighting.connections = plus(sighting.connections, event.opened);
  sighting.rows = plus(sighting.rows, event.rows);
  sighting.commands = plus(sighting.commands, event.commands);
  sighting.loginsSucceeded = plus(sighting.loginsSucceeded, event.loginsSucceeded);
  sighting.loginsFailed = plus(sighting.loginsFailed, event.loginsFailed);
  sighting.bytesReceived = plus(sighting.bytesReceived, event.bytesReceived);
  sighting.bytesSent = plus(sighting.bytesSent, event.bytesSent);
  sighting.firstSeen = Math.min(sighting.firstSeen, event.first);
  sighting.lastSeen = Math.max(sighting.lastSeen, event.last);
  for (const user of event.users) sighting.users = sighting.users.add(user);
  sighting.hasUser ||= event.hasUser;
  if (event.endpoint !== null) sighting.endpoints = sighting.endpoints.add(event.endpoint);
  sighting.lastFailure = laterFailure(sighting.lastFailure, event.failure);
  if (sighting.smtp !== undefined && event.smtp !== undefined) applySmtp(sighting.smtp, event.smtp);
}

/** Merges `other`, of the same server, protocol, address and mode, into `into`; `other` stays as it is. */
export function mergeSighting(into: Sighting, other: Sighting): void {
  into.connections = plus(into.connections, other.connections);
  into.rows = plus(into.rows, other.rows);
  into.commands = plus(into.commands, other.commands);
  into.loginsSucceeded = plus(into.loginsSucceeded, other.loginsSucceeded);
  into.loginsFailed = plus(into.loginsFailed, other.loginsFailed);
  into.bytesReceived = plus(into.bytesReceived, other.bytesReceived);
  into.bytesSent = plus(into.bytesSent, other.bytesSent);
  into.firstSeen = Math.min(into.firstSeen, other.firstSeen);
  into.lastSeen = Math.max(into.lastSeen, other.lastSeen);
  into.users = into.users.merge(other.users);
  into.hasUser ||= other.hasUser;
  into.endpoints = into.endpoints.merge(other.endpoints);
  into.lastFailure = laterFailure(into.lastFailure, other.lastFailure);
  if (into.smtp !== undefined && other.smtp !== undefined) mergeSmtp(into.smtp, other.smtp);
}

/** A copy that can be changed without changing the original. */
export function cloneSighting(sighting: Sighting): Sighting {
  const copy = { ...sighting, users: sighting.users.copy(), endpoints: sighting.endpoints.copy() };
  return sighting.smtp === undefined ? copy : { ...copy, smtp: cloneSmtp(sighting.smtp) };
}

/**
 * The failure that is shown. Of SMTP the server's own remark if there is any, because it names the reason that the
 * reply to the client withholds; whichever is later.
 */
export function lastFailureOf({ lastFailure, smtp }: Pick<Sighting, 'lastFailure' | 'smtp'>): Failure | null {
  return smtp?.notice ?? lastFailure;
}
