/**
 * What is added up of the clients of one server and protocol. Order-free, as a sighting is; but numbers stand in one
 * array, and what few clients have stands aside: there may be a million of them, each row comes by here, and all of it
 * goes from thread to thread.
 */
import type { ConnectionEvent, Failure } from '../event/connection-event.ts';
import { laterFailure } from '../event/later-failure.ts';
import type { Protocol } from '../event/protocol.ts';
import type { ClientRow } from '../exchange-log/format.ts';
import type { Sighting } from '../sighting/sighting.ts';
import { type SmtpSighting, applySmtp, emptySmtp, mergeSmtp } from '../sighting/smtp-sighting.ts';
import { plus } from '../sighting/sum.ts';
import { type FailedUsers, LatestLogins, noFailedUsers } from './failed-logins.ts';
import { type HeldTexts, withText, withTexts } from './held-texts.ts';

/** The numbers of a client, one after the other. */
const connections = 0;
const rows = 1;
const commands = 2;
const succeeded = 3;
const failed = 4;
const received = 5;
const sent = 6;
const firstSeen = 7;
const lastSeen = 8;
const hasUser = 9;
/** Latest login and latest failure of the client's first user. */
const latestSuccess = 10;
const latestFailure = 11;
const width = 12;

const clientsMin = 16;

/** A sighting whose sets are as they are held. */
export interface HeldSighting extends Omit<Sighting, 'users' | 'endpoints'> {
  readonly users: HeldTexts;
  readonly endpoints: HeldTexts;
}

export class ClientColumns {
  readonly protocol: Protocol;
  readonly server: string;
  readonly addresses: string[] = [];
  readonly users: HeldTexts[] = [];
  readonly endpoints: HeldTexts[] = [];
  /** The user whose latest logins stand among the numbers; null before the first login. */
  readonly loginUsers: (string | null)[] = [];
  /** Clients with several users that have logged in, or failed to. */
  readonly logins = new Map<number, LatestLogins>();
  readonly failures = new Map<number, Failure>();
  /** Of SMTP only. */
  readonly smtp: SmtpSighting[] = [];
  #numbers = new Float64Array(clientsMin * width);
  readonly #places = new Map<string, number>();

  constructor(protocol: Protocol, server: string) {
    this.protocol = protocol;
    this.server = server;
  }

  get size(): number {
    return this.addresses.length;
  }

  /** The number of a client, from 0; it is new, perhaps. */
  place(address: string): number {
    const known = this.#places.get(address);
    if (known !== undefined) return known;
    const place = this.addresses.length;
    this.#places.set(address, place);
    this.addresses.push(address);
    this.users.push(null);
    this.endpoints.push(null);
    this.loginUsers.push(null);
    if (this.protocol === 'smtp') this.smtp.push(emptySmtp('all'));
    if ((place + 1) * width > this.#numbers.length) {
      const larger = new Float64Array(Math.max(clientsMin * width, 2 * this.#numbers.length));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const at = place * width;
    this.#numbers[at + firstSeen] = Number.POSITIVE_INFINITY;
    this.#numbers[at + lastSeen] = Number.NEGATIVE_INFINITY;
    this.#numbers[at + latestSuccess] = Number.NEGATIVE_INFINITY;
    this.#numbers[at + latestFailure] = Number.NEGATIVE_INFINITY;
    return place;
  }

  /** What an event of this row alone would add. */
  addRow(place: number, row: ClientRow): void {
    const { time, user, endpoint, verdict } = row;
    const at = place * width;
    this.#add(at + rows, 1);
    if (row.isOpening) this.#add(at + connections, 1);
    if (row.isCommand) this.#add(at + commands, 1);
    this.#add(at + received, row.received);
    this.#add(at + sent, row.sent);
    this.#widen(at, time, time);
    if (user.kind === 'user') {
      this.#numbers[at + hasUser] = 1;
      if (user.name !== null) this.#addUser(place, user.name);
    }
    if (endpoint !== null) this.#addEndpoint(place, endpoint);
    if (verdict === 'none') return;
    if (verdict === 'succeeded') {
      this.#add(at + succeeded, 1);
    } else {
      this.#add(at + failed, 1);
      this.#addFailure(place, { at: time, reason: verdict.reason });
    }
    this.addLogin(place, user.name ?? '', verdict === 'succeeded', time);
  }

  addEvent(place: number, event: ConnectionEvent): void {
    const at = place * width;
    this.#add(at + connections, event.opened);
    this.#add(at + rows, event.rows);
    this.#add(at + commands, event.commands);
    this.#add(at + succeeded, event.loginsSucceeded);
    this.#add(at + failed, event.loginsFailed);
    this.#add(at + received, event.bytesReceived);
    this.#add(at + sent, event.bytesSent);
    this.#widen(at, event.first, event.last);
    if (event.hasUser) this.#numbers[at + hasUser] = 1;
    for (const user of event.users) this.#addUser(place, user);
    if (event.endpoint !== null) this.#addEndpoint(place, event.endpoint);
    this.#addFailure(place, event.failure);
    const smtp = this.smtp[place];
    if (smtp !== undefined && event.smtp !== undefined) applySmtp(smtp, event.smtp);
  }

  /** @param user what is kept of the name; blank when there is none */
  addLogin(place: number, user: string, isSuccess: boolean, time: number): void {
    const first = this.loginUsers[place];
    if (first === null) this.loginUsers[place] = user;
    if (first === null || (first === user && !this.logins.has(place))) {
      this.#raise(place * width + (isSuccess ? latestSuccess : latestFailure), time);
    } else {
      this.#loginsAside(place)?.add(user, isSuccess, time);
    }
  }

  /** Adds what another thread added up of the same server and protocol; `other` is not used any more. */
  merge(other: ClientColumns): void {
    for (let from = 0; from < other.size; from++) {
      const place = this.place(other.addresses[from] as string);
      const at = place * width;
      const numbers = from * width;
      for (let sum = connections; sum <= sent; sum++) this.#add(at + sum, other.#number(numbers + sum));
      this.#widen(at, other.#number(numbers + firstSeen), other.#number(numbers + lastSeen));
      if (other.#number(numbers + hasUser) === 1) this.#numbers[at + hasUser] = 1;
      this.users[place] = withTexts(this.users[place] ?? null, other.users[from] ?? null);
      this.endpoints[place] = withTexts(this.endpoints[place] ?? null, other.endpoints[from] ?? null);
      this.#addFailure(place, other.failures.get(from) ?? null);
      this.#mergeLogins(place, other, from);
      const [mine, its] = [this.smtp[place], other.smtp[from]];
      if (mine !== undefined && its !== undefined) mergeSmtp(mine, its);
    }
  }

  address(place: number): string {
    return this.addresses[place] as string;
  }

  entry(place: number): HeldSighting {
    const at = place * width;
    const smtp = this.smtp[place];
    return {
      protocol: this.protocol,
      server: this.server,
      address: this.address(place),
      connections: this.#number(at + connections),
      rows: this.#number(at + rows),
      commands: this.#number(at + commands),
      loginsSucceeded: this.#number(at + succeeded),
      loginsFailed: this.#number(at + failed),
      bytesReceived: this.#number(at + received),
      bytesSent: this.#number(at + sent),
      firstSeen: this.#number(at + firstSeen),
      lastSeen: this.#number(at + lastSeen),
      users: this.users[place] ?? null,
      hasUser: this.hasUser(place),
      endpoints: this.endpoints[place] ?? null,
      lastFailure: this.failures.get(place) ?? null,
      ...(smtp === undefined ? {} : { smtp }),
    };
  }

  hasUser(place: number): boolean {
    return this.#number(place * width + hasUser) === 1;
  }

  connections(place: number): number {
    return this.#number(place * width + connections);
  }

  rows(place: number): number {
    return this.#number(place * width + rows);
  }

  failedUsers(place: number): FailedUsers {
    if (this.#number(place * width + failed) === 0) return noFailedUsers;
    return this.#loginsOf(place)?.failedUsers() ?? noFailedUsers;
  }

  /** All numbers of all clients, to be handed over. */
  numbers(): Float64Array<ArrayBuffer> {
    return this.#numbers.slice(0, this.size * width);
  }

  /** @param numbers of as many clients as have places */
  setNumbers(numbers: Float64Array<ArrayBuffer>): void {
    this.#numbers = numbers;
  }

  #number(index: number): number {
    return this.#numbers[index] as number;
  }

  #add(index: number, more: number): void {
    this.#numbers[index] = plus(this.#number(index), more);
  }

  #widen(at: number, first: number, last: number): void {
    if (first < this.#number(at + firstSeen)) this.#numbers[at + firstSeen] = first;
    this.#raise(at + lastSeen, last);
  }

  #raise(index: number, time: number): void {
    if (time > this.#number(index)) this.#numbers[index] = time;
  }

  #addUser(place: number, user: string): void {
    const held = this.users[place] ?? null;
    if (held !== user) this.users[place] = withText(held, user);
  }

  #addEndpoint(place: number, endpoint: string): void {
    const held = this.endpoints[place] ?? null;
    if (held !== endpoint) this.endpoints[place] = withText(held, endpoint);
  }

  #addFailure(place: number, failure: Failure | null): void {
    const latest = failure === null ? null : laterFailure(this.failures.get(place) ?? null, failure);
    if (latest !== null) this.failures.set(place, latest);
  }

  #mergeLogins(place: number, other: ClientColumns, from: number): void {
    const user = other.loginUsers[from] ?? null;
    if (user === null) return;
    const ourUser = this.loginUsers[place] ?? null;
    if ((ourUser === null || ourUser === user) && !this.logins.has(place) && !other.logins.has(from)) {
      this.loginUsers[place] = user;
      this.#raise(place * width + latestSuccess, other.#number(from * width + latestSuccess));
      this.#raise(place * width + latestFailure, other.#number(from * width + latestFailure));
      return;
    }
    this.loginUsers[place] ??= user;
    const ours = this.#loginsAside(place);
    const theirs = other.#loginsOf(from);
    for (const latest of theirs?.list() ?? []) ours?.merge(latest);
  }

  /** What is known of a client's logins, from now on aside from its numbers; null when there was none. */
  #loginsAside(place: number): LatestLogins | null {
    const logins = this.#loginsOf(place);
    if (logins !== null) this.logins.set(place, logins);
    return logins;
  }

  #loginsOf(place: number): LatestLogins | null {
    const known = this.logins.get(place);
    if (known !== undefined) return known;
    const user = this.loginUsers[place] ?? null;
    if (user === null) return null;
    const logins = new LatestLogins(user);
    logins.success = this.#number(place * width + latestSuccess);
    logins.failure = this.#number(place * width + latestFailure);
    return logins;
  }
}
