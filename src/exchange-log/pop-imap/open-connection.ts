import { type ConnectionEvent, eventUsersMax } from '../../event/connection-event.ts';
import { laterFailure } from '../../event/later-failure.ts';
import { hashBytes, sameBytes } from '../byte-cache.ts';
import type { LocalValue, UserValue } from '../reader-caches.ts';
import type { Verdict } from './verdict.ts';

type Growing<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/** A connection event before it is handed over, when rows are still added to it. */
export interface GrowingEvent extends Growing<Omit<ConnectionEvent, 'users'>> {
  users: string[];
}

/** Where the bytes that identify a connection stand in its slice: three fields of its first row. */
export interface ConnectionBytes {
  readonly sessionStart: number;
  readonly sessionEnd: number;
  readonly localStart: number;
  readonly localEnd: number;
  readonly clientStart: number;
  readonly clientEnd: number;
}

/** An event that grows row by row, and what finds it again. */
export class OpenConnection {
  readonly event: GrowingEvent;
  readonly local: LocalValue;
  /** Loopback, or the server's own address: Exchange's own probes come from there. */
  readonly isLocal: boolean;
  readonly place: ConnectionBytes;
  readonly nextOfHash: OpenConnection | undefined;
  /** The `user` field of the row before, which mostly is that of the next one too. */
  userStart = 0;
  userEnd = 0;
  user: UserValue | undefined = undefined;

  constructor(
    event: GrowingEvent,
    local: LocalValue,
    isLocal: boolean,
    place: ConnectionBytes,
    nextOfHash: OpenConnection | undefined,
  ) {
    this.event = event;
    this.local = local;
    this.isLocal = isLocal;
    this.place = place;
    this.nextOfHash = nextOfHash;
  }

  addRow(time: number, isOpening: boolean, isCommand: boolean): void {
    const { event } = this;
    event.rows++;
    if (isOpening) event.opened++;
    if (isCommand) event.commands++;
    if (time < event.first) event.first = time;
    if (time > event.last) event.last = time;
  }

  addBytes(received: number, sent: number): void {
    this.event.bytesReceived = Math.min(this.event.bytesReceived + received, Number.MAX_SAFE_INTEGER);
    this.event.bytesSent = Math.min(this.event.bytesSent + sent, Number.MAX_SAFE_INTEGER);
  }

  /** Whether the event has no room for one user more. */
  isFullFor(user: string | null): boolean {
    const { users } = this.event;
    return user !== null && users.length >= eventUsersMax && !users.includes(user);
  }

  /** @param start where the user's bytes stand in the slice */
  addUser(user: UserValue, start: number, end: number): void {
    if (user === this.user || user.kind === 'blank') {
      return;
    }
    this.user = user;
    this.userStart = start;
    this.userEnd = end;
    if (user.kind === 'user') {
      this.event.hasUser = true;
      if (user.name !== null && !this.event.users.includes(user.name)) {
        this.event.users.push(user.name);
      }
    }
  }

  addVerdict(verdict: Verdict, time: number): void {
    if (verdict === 'succeeded') {
      this.event.loginsSucceeded++;
    } else if (verdict !== 'none') {
      this.event.loginsFailed++;
      this.event.failure = laterFailure(this.event.failure, { at: time, reason: verdict.reason });
    }
  }
}

/** The open connections of one slice, found by the raw bytes of session, local and client address. */
export class OpenConnections {
  readonly #bytes: Buffer;
  readonly #byHash = new Map<number, OpenConnection>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  hash(place: ConnectionBytes): number {
    const bytes = this.#bytes;
    const session = hashBytes(bytes, place.sessionStart, place.sessionEnd, 0);
    return hashBytes(
      bytes,
      place.clientStart,
      place.clientEnd,
      hashBytes(bytes, place.localStart, place.localEnd, session),
    );
  }

  find(hash: number, place: ConnectionBytes): OpenConnection | undefined {
    let found = this.#byHash.get(hash);
    while (found !== undefined && !this.#isSame(found.place, place)) found = found.nextOfHash;
    return found;
  }

  /** The new connection takes the place of an older one of the same bytes: only the newest can be found. */
  open(hash: number, event: GrowingEvent, local: LocalValue, isLocal: boolean, place: ConnectionBytes): OpenConnection {
    const connection = new OpenConnection(event, local, isLocal, { ...place }, this.#byHash.get(hash));
    this.#byHash.set(hash, connection);
    return connection;
  }

  #isSame(a: ConnectionBytes, b: ConnectionBytes): boolean {
    const bytes = this.#bytes;
    return (
      sameBytes(bytes, a.sessionStart, a.sessionEnd, bytes, b.sessionStart, b.sessionEnd) &&
      sameBytes(bytes, a.clientStart, a.clientEnd, bytes, b.clientStart, b.clientEnd) &&
      sameBytes(bytes, a.localStart, a.localEnd, bytes, b.localStart, b.localEnd)
    );
  }
}
