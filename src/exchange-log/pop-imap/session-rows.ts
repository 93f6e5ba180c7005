/**
 * What a row of a POP3 or IMAP4 log says. It is valid with a readable sequence number and client address; sequence
 * number 0 opens a connection; the verdict of a login is its `R=`. Each row is decided by itself, never by what other
 * rows said: rows may be missing, late, or in another slice.
 */
import { isLoopback } from '../../event/address.ts';
import { sameBytes } from '../byte-cache.ts';
import type { FormatRows, SliceContext, TimedRow } from '../format.ts';
import type { ProblemReason } from '../problem.ts';
import { type LocalValue, type ReaderCaches, type UserValue, keptText } from '../reader-caches.ts';
import type { RowFields } from '../row.ts';
import { readWholeNumber } from '../whole-number.ts';
import { columnsOf } from './columns.ts';
import type { CommandKind } from './command.ts';
import { type ConnectionBytes, type GrowingEvent, type OpenConnection, OpenConnections } from './open-connection.ts';
import { type Verdict, beginsWithOk, verdictOf } from './verdict.ts';

const colon = 0x3a;
const portMax = 65_535;
const blankUser: UserValue = { kind: 'blank', name: null };

export class SessionRows implements FormatRows {
  readonly events: GrowingEvent[] = [];
  readonly endpoints = new Set<string>();
  lastProbeAt: number | null = null;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #caches: ReaderCaches;
  readonly #connections: OpenConnections;
  readonly #place = { sessionStart: 0, sessionEnd: 0, localStart: 0, localEnd: 0, clientStart: 0, clientEnd: 0 };
  #columns = columnsOf([]);
  #clientPort = 0;
  #userStart = 0;
  #userEnd = 0;

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.#caches = slice.options.caches;
    this.#connections = new OpenConnections(slice.bytes);
  }

  useColumns(names: readonly string[]): void {
    this.#columns = columnsOf(names);
  }

  read(row: TimedRow): 'counted' | ProblemReason {
    const { fields } = row;
    const { sequence: sequenceColumn } = this.#columns;
    const sequence = readWholeNumber(this.#bytes, fields.start(sequenceColumn), fields.end(sequenceColumn));
    if (sequence === -1) {
      return 'unreadable sequence number';
    }
    const isOpening = sequence === 0;
    const place = this.#locate(fields);
    const hash = this.#connections.hash(place);
    const known = isOpening ? undefined : this.#connections.find(hash, place);
    const address = known === undefined ? this.#clientAddress(place) : this.#addressOf(known);
    if (address === null) {
      return 'unreadable address';
    }
    const local = known === undefined ? this.#local(place) : known.local;
    if (!local.isReadable) {
      this.#slice.note('unreadable server address', row.start, row.end);
    }
    const received = this.#size(row, this.#columns.received);
    const sent = this.#size(row, this.#columns.sent);
    if (row.isWanted) {
      const user = this.#user(fields, known);
      const isFull = known !== undefined && user.kind === 'user' && known.isFullFor(user.name);
      const connection =
        known === undefined || isFull ? this.#open(hash, place, address, local, row.start, row.time) : known;
      connection.addBytes(received, sent);
      this.#addTo(connection, row, isOpening, user);
    }
    return 'counted';
  }

  #addTo(connection: OpenConnection, row: TimedRow, isOpening: boolean, user: UserValue): void {
    const kind = this.#commandKind(row.fields);
    connection.addRow(row.time, isOpening, kind !== 'server');
    connection.addUser(user, this.#userStart, this.#userEnd);
    if (kind !== 'server' && kind !== 'other') {
      connection.addVerdict(this.#verdict(row.fields, kind), row.time);
    }
    if (connection.isLocal || user.kind === 'probe') {
      this.lastProbeAt = this.lastProbeAt === null ? row.time : Math.max(this.lastProbeAt, row.time);
    }
  }

  /** Where the fields stand that identify the row's connection. */
  #locate(fields: RowFields): ConnectionBytes {
    const { session, local, client } = this.#columns;
    const place = this.#place;
    place.sessionStart = session === -1 ? 0 : fields.start(session);
    place.sessionEnd = session === -1 ? 0 : fields.end(session);
    place.localStart = local === -1 ? 0 : fields.start(local);
    place.localEnd = local === -1 ? 0 : fields.end(local);
    place.clientStart = fields.start(client);
    place.clientEnd = fields.end(client);
    return place;
  }

  #addressOf(known: OpenConnection): string {
    this.#clientPort = known.event.clientPort;
    return known.event.address;
  }

  /**
   * The client's canonical address, null when it is none; leaves its port in `#clientPort`. Split at the last colon;
   * an address that stands alone has port 0.
   */
  #clientAddress(place: ConnectionBytes): string | null {
    const bytes = this.#bytes;
    let split = place.clientEnd - 1;
    while (split > place.clientStart && bytes[split] !== colon) split--;
    const port = readWholeNumber(bytes, split + 1, place.clientEnd);
    if (split > place.clientStart && port !== -1 && port <= portMax) {
      const address = this.#caches.addresses.get(bytes, place.clientStart, split);
      if (address !== null) {
        this.#clientPort = port;
        return address;
      }
    }
    this.#clientPort = 0;
    return this.#caches.addresses.get(bytes, place.clientStart, place.clientEnd);
  }

  /** The server's end of a connection that is met for the first time. */
  #local(place: ConnectionBytes): LocalValue {
    const local = this.#caches.locals.get(this.#bytes, place.localStart, place.localEnd);
    if (local.text !== null) this.endpoints.add(local.text);
    return local;
  }

  /** A blank size is 0; an unreadable one too, but noted. */
  #size(row: TimedRow, column: number): number {
    if (column === -1 || row.fields.start(column) === row.fields.end(column)) {
      return 0;
    }
    const size = readWholeNumber(this.#bytes, row.fields.start(column), row.fields.end(column));
    if (size === -1) {
      this.#slice.note('unreadable size', row.start, row.end);
      return 0;
    }
    return size;
  }

  /** The row's user; leaves the place of its bytes in `#userStart` and `#userEnd`. */
  #user(fields: RowFields, known: OpenConnection | undefined): UserValue {
    const column = this.#columns.user;
    this.#userStart = column === -1 ? 0 : fields.start(column);
    this.#userEnd = column === -1 ? 0 : fields.end(column);
    if (this.#userStart === this.#userEnd) {
      return blankUser;
    }
    const bytes = this.#bytes;
    if (
      known?.user !== undefined &&
      sameBytes(bytes, known.userStart, known.userEnd, bytes, this.#userStart, this.#userEnd)
    ) {
      return known.user;
    }
    return this.#caches.user(bytes, fields, column);
  }

  #commandKind(fields: RowFields): CommandKind {
    const { command } = this.#columns;
    return command === -1
      ? 'other'
      : this.#caches.commands.get(this.#bytes, fields.start(command), fields.end(command));
  }

  #verdict(fields: RowFields, kind: CommandKind): Verdict {
    const { context, parameters } = this.#columns;
    if (context === -1) {
      return 'none';
    }
    const text = beginsWithOk(this.#bytes, fields.start(context), fields.end(context))
      ? 'R=ok'
      : fields.text(this.#bytes, context);
    return verdictOf(kind, text, !fields.isBlank(this.#bytes, parameters));
  }

  #open(
    hash: number,
    place: ConnectionBytes,
    address: string,
    local: LocalValue,
    start: number,
    time: number,
  ): OpenConnection {
    const { protocol, server, file } = this.#slice.options;
    const session = keptText(this.#bytes, place.sessionStart, place.sessionEnd);
    const event: GrowingEvent = {
      protocol,
      server,
      address,
      clientPort: this.#clientPort,
      endpoint: local.text,
      session: session === '' ? null : session,
      file,
      offset: this.#slice.offset + start,
      opened: 0,
      rows: 0,
      commands: 0,
      loginsSucceeded: 0,
      loginsFailed: 0,
      bytesReceived: 0,
      bytesSent: 0,
      first: time,
      last: time,
      users: [],
      hasUser: false,
      failure: null,
    };
    this.events.push(event);
    const isLocal = isLoopback(address) || address === local.address;
    return this.#connections.open(hash, event, local, isLocal, place);
  }
}
