/**
 * What a row of a POP3 or IMAP4 log says. It is valid with a readable sequence number and client address; sequence
 * number 0 opens a connection; the verdict of a login is its `R=`. Each row is decided by itself, never by what other
 * rows said: rows may be missing, late, or in another slice.
 */
import { isLoopback } from '../../event/address.ts';
import { ConnectionTable } from '../connection-table.ts';
import type { FormatRows, SliceContext, TimedRow } from '../format.ts';
import { type GrowingEvent, addRow, newEvent } from '../growing-event.ts';
import type { ProblemReason } from '../problem.ts';
import { type LocalValue, type ReaderCaches, type UserValue, keptText } from '../reader-caches.ts';
import type { RowFields } from '../row.ts';
import type { ServerTally } from '../server-rows.ts';
import { sameBytes } from '../words.ts';
import { columnsOf } from './columns.ts';
import { OpenConnection } from './open-connection.ts';
import { SessionFields } from './session-fields.ts';

export class SessionRows implements FormatRows {
  readonly events: GrowingEvent[] = [];
  readonly server: ServerTally;
  lastProbeAt: number | null = null;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #caches: ReaderCaches;
  readonly #connections: ConnectionTable<OpenConnection>;
  readonly #fields: SessionFields;
  #userStart = 0;
  #userEnd = 0;

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.#caches = slice.options.caches;
    this.#connections = new ConnectionTable(slice.bytes);
    this.#fields = new SessionFields(slice);
    this.server = this.#fields.server;
  }

  useColumns(names: readonly string[]): void {
    const columns = columnsOf(names);
    this.#fields.columns = columns;
    this.#connections.useColumns([columns.session, columns.local, columns.client]);
  }

  read(row: TimedRow): 'counted' | ProblemReason {
    const { fields } = row;
    const read = this.#fields;
    const sequence = read.sequence(fields);
    if (sequence === -1) {
      return 'unreadable sequence number';
    }
    const isOpening = sequence === 0;
    const hash = this.#connections.hash(fields);
    const known = isOpening ? undefined : this.#connections.find(hash, fields);
    const address = known === undefined ? read.clientAddress(fields) : this.#addressOf(known);
    if (address === null) {
      return 'unreadable address';
    }
    const local = known === undefined ? read.local(fields) : known.local;
    if (!local.isReadable) {
      this.#slice.note('unreadable server address', row.start, row.end);
    }
    const received = read.size(row, read.columns.received);
    const sent = read.size(row, read.columns.sent);
    if (row.isWanted) {
      const user = this.#user(fields, known);
      const isFull = known !== undefined && user.kind === 'user' && known.isFullFor(user.name);
      const connection = known === undefined || isFull ? this.#open(hash, address, local, row) : known;
      connection.addBytes(received, sent);
      this.#addTo(connection, row, isOpening, user);
    }
    return 'counted';
  }

  #addTo(connection: OpenConnection, { fields, time }: TimedRow, isOpening: boolean, user: UserValue): void {
    const kind = this.#fields.commandKind(fields);
    addRow(connection.event, time, isOpening, kind !== 'server');
    connection.addUser(user, this.#userStart, this.#userEnd);
    const verdict = this.#fields.verdict(fields, kind);
    if (verdict !== 'none') {
      connection.addVerdict(verdict, time);
      this.#tellLogin(connection.event, user, verdict === 'succeeded', time);
    }
    if (connection.isLocal || user.kind === 'probe') {
      this.lastProbeAt = this.lastProbeAt === null ? time : Math.max(this.lastProbeAt, time);
    }
  }

  #tellLogin({ server, address }: GrowingEvent, user: UserValue, succeeded: boolean, at: number): void {
    this.#slice.options.onLogin?.({ server, address, user: user.name ?? '', succeeded, at });
  }

  #addressOf(known: OpenConnection): string {
    this.#fields.clientPort = known.event.clientPort;
    return known.event.address;
  }

  /** The row's user; leaves the place of its bytes in `#userStart` and `#userEnd`. */
  #user(fields: RowFields, known: OpenConnection | undefined): UserValue {
    const column = this.#fields.columns.user;
    this.#userStart = column === -1 ? 0 : fields.start(column);
    this.#userEnd = column === -1 ? 0 : fields.end(column);
    if (
      known?.user !== undefined &&
      sameBytes(this.#bytes, known.userStart, known.userEnd, this.#userStart, this.#userEnd)
    ) {
      return known.user;
    }
    return this.#caches.user(this.#bytes, fields, column);
  }

  #open(hash: number, address: string, local: LocalValue, { fields, start, time }: TimedRow): OpenConnection {
    const { protocol, file } = this.#slice.options;
    const column = this.#fields.columns.session;
    const session = column === -1 ? '' : keptText(this.#bytes, fields.start(column), fields.end(column));
    const event = newEvent(
      {
        protocol,
        server: this.server.server,
        address,
        clientPort: this.#fields.clientPort,
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
