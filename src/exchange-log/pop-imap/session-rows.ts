/**
 * What a row of a POP3 or IMAP4 log says. It is valid with a readable sequence number and client address; sequence
 * number 0 opens a connection; the verdict of a login is its `R=`. Each row is decided by itself, never by what other
 * rows said: rows may be missing, late, or in another slice.
 */
import { isLoopback } from '../../event/address.ts';
import { sameBytes } from '../byte-cache.ts';
import { ConnectionTable } from '../connection-table.ts';
import type { FormatRows, SliceContext, TimedRow } from '../format.ts';
import { type GrowingEvent, addRow, newEvent } from '../growing-event.ts';
import { PeerReader } from '../peer-reader.ts';
import type { ProblemReason } from '../problem.ts';
import { type LocalValue, type ReaderCaches, type UserValue, keptText } from '../reader-caches.ts';
import type { RowFields } from '../row.ts';
import type { ServerTally } from '../server-rows.ts';
import { readWholeNumber } from '../whole-number.ts';
import { columnsOf } from './columns.ts';
import type { CommandKind } from './command.ts';
import { OpenConnection } from './open-connection.ts';
import { type Verdict, beginsWithOk, verdictOf } from './verdict.ts';

const blankUser: UserValue = { kind: 'blank', name: null };

export class SessionRows implements FormatRows {
  readonly events: GrowingEvent[] = [];
  readonly server: ServerTally;
  lastProbeAt: number | null = null;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #caches: ReaderCaches;
  readonly #connections: ConnectionTable<OpenConnection>;
  #columns = columnsOf([]);
  readonly #peer: PeerReader;
  #clientPort = 0;
  #userStart = 0;
  #userEnd = 0;

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.#caches = slice.options.caches;
    this.#connections = new ConnectionTable(slice.bytes);
    this.#peer = new PeerReader(this.#caches);
    this.server = slice.server(slice.options.server);
  }

  useColumns(names: readonly string[]): void {
    this.#columns = columnsOf(names);
    const { session, local, client } = this.#columns;
    this.#connections.useColumns([session, local, client]);
  }

  read(row: TimedRow): 'counted' | ProblemReason {
    const { fields } = row;
    const { sequence: sequenceColumn } = this.#columns;
    const sequence = readWholeNumber(this.#bytes, fields.start(sequenceColumn), fields.end(sequenceColumn));
    if (sequence === -1) {
      return 'unreadable sequence number';
    }
    const isOpening = sequence === 0;
    const hash = this.#connections.hash(fields);
    const known = isOpening ? undefined : this.#connections.find(hash, fields);
    const address = known === undefined ? this.#clientAddress(fields) : this.#addressOf(known);
    if (address === null) {
      return 'unreadable address';
    }
    const local = known === undefined ? this.#local(fields) : known.local;
    if (!local.isReadable) {
      this.#slice.note('unreadable server address', row.start, row.end);
    }
    const received = this.#size(row, this.#columns.received);
    const sent = this.#size(row, this.#columns.sent);
    if (row.isWanted) {
      const user = this.#user(fields, known);
      const isFull = known !== undefined && user.kind === 'user' && known.isFullFor(user.name);
      const connection = known === undefined || isFull ? this.#open(hash, address, local, row) : known;
      connection.addBytes(received, sent);
      this.#addTo(connection, row, isOpening, user);
    }
    return 'counted';
  }

  #addTo(connection: OpenConnection, row: TimedRow, isOpening: boolean, user: UserValue): void {
    const kind = this.#commandKind(row.fields);
    addRow(connection.event, row.time, isOpening, kind !== 'server');
    connection.addUser(user, this.#userStart, this.#userEnd);
    if (kind !== 'server' && kind !== 'other') {
      const verdict = this.#verdict(row.fields, kind);
      connection.addVerdict(verdict, row.time);
      if (verdict !== 'none') this.#tellLogin(connection.event, user, verdict === 'succeeded', row.time);
    }
    if (connection.isLocal || user.kind === 'probe') {
      this.lastProbeAt = this.lastProbeAt === null ? row.time : Math.max(this.lastProbeAt, row.time);
    }
  }

  #tellLogin({ server, address }: GrowingEvent, user: UserValue, succeeded: boolean, at: number): void {
    this.#slice.options.onLogin?.({ server, address, user: user.name ?? '', succeeded, at });
  }

  #addressOf(known: OpenConnection): string {
    this.#clientPort = known.event.clientPort;
    return known.event.address;
  }

  /** The client's canonical address, null when it is none; leaves its port in `#clientPort`. */
  #clientAddress(fields: RowFields): string | null {
    const { client } = this.#columns;
    const address = this.#peer.read(this.#bytes, fields.start(client), fields.end(client));
    this.#clientPort = this.#peer.port;
    return address;
  }

  /** The server's end of a connection that is met for the first time. */
  #local(fields: RowFields): LocalValue {
    const column = this.#columns.local;
    const start = column === -1 ? 0 : fields.start(column);
    const local = this.#caches.locals.get(this.#bytes, start, column === -1 ? 0 : fields.end(column));
    if (local.text !== null) this.server.endpoints.add(local.text);
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

  #open(hash: number, address: string, local: LocalValue, { fields, start, time }: TimedRow): OpenConnection {
    const { protocol, file } = this.#slice.options;
    const column = this.#columns.session;
    const session = column === -1 ? '' : keptText(this.#bytes, fields.start(column), fields.end(column));
    const event = newEvent(
      {
        protocol,
        server: this.server.server,
        address,
        clientPort: this.#clientPort,
        endpoint: local.text,
        session: session === '' ? null : session,
        file,
        offset: this.#slice.offset + start,
      },
      time,
    );
    this.events.push(event);
    const isLocal = isLoopback(address) || address === local.address;
    const connection = new OpenConnection(event, local, isLocal);
    this.#connections.add(hash, fields, connection);
    return connection;
  }
}
