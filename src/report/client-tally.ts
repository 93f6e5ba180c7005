import type { Protocol } from '../event/protocol.ts';
import { laterFailure } from '../event/later-failure.ts';
import type { ClientRow } from '../exchange-log/format.ts';
import { type Sighting, emptySighting, mergeSighting } from '../sighting/sighting.ts';
import { plus } from '../sighting/sum.ts';
import { LatestLogins } from './failed-logins.ts';

/** What is added up of one server, protocol and client address. Order-free, as a sighting is. */
export class ClientTally {
  readonly sighting: Sighting;
  /** Null before the first login. */
  logins: LatestLogins | null = null;

  constructor(protocol: Protocol, server: string, address: string) {
    this.sighting = emptySighting(protocol, server, address, 'all');
  }

  /** What an event of this row alone would add. */
  addRow(row: ClientRow): void {
    const { sighting } = this;
    const { time, user, endpoint, verdict } = row;
    sighting.rows++;
    if (row.isOpening) sighting.connections++;
    if (row.isCommand) sighting.commands++;
    sighting.bytesReceived = plus(sighting.bytesReceived, row.received);
    sighting.bytesSent = plus(sighting.bytesSent, row.sent);
    if (time < sighting.firstSeen) sighting.firstSeen = time;
    if (time > sighting.lastSeen) sighting.lastSeen = time;
    if (user.kind === 'user') {
      sighting.hasUser = true;
      if (user.name !== null) sighting.users = sighting.users.add(user.name);
    }
    if (endpoint !== null) sighting.endpoints = sighting.endpoints.add(endpoint);
    if (verdict === 'none') return;
    if (verdict === 'succeeded') {
      sighting.loginsSucceeded++;
    } else {
      sighting.loginsFailed++;
      sighting.lastFailure = laterFailure(sighting.lastFailure, { at: time, reason: verdict.reason });
    }
    this.addLogin(user.name ?? '', verdict === 'succeeded', time);
  }

  /** @param user what is kept of the name; blank when there is none */
  addLogin(user: string, succeeded: boolean, at: number): void {
    this.logins ??= new LatestLogins(user);
    this.logins.add(user, succeeded, at);
  }

  /** Adds what another thread added up; `other` is not used any more. */
  merge({ sighting, logins }: ClientTally): void {
    mergeSighting(this.sighting, sighting);
    if (logins === null) return;
    if (this.logins === null) this.logins = logins;
    else for (const latest of logins.list()) this.logins.merge(latest);
  }
}
