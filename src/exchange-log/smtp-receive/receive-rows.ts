/**
 * What a row of an SMTP receive log says. It is valid with a readable sequence number and peer address; event `+`
 * opens a connection; the server stands in the row's connector. Each row is decided by itself: rows come out of order,
 * late and with gaps. The one exception to "the peer is the client" is `XPROXY` and `XPROXYFROM`, by which a front end
 * names its real client: such a row counts for that client, and is an event of its own.
 */
import { canonicalAddress, isLoopback } from '../../event/address.ts';
import { laterFailure } from '../../event/later-failure.ts';
import { higherTls } from '../../event/tls-version.ts';
import { ConnectionTable } from '../connection-table.ts';
import type { FormatRows, SliceContext, TimedRow } from '../format.ts';
import { type GrowingSmtpEvent, addRow, addText, isFullFor, newSmtpEvent } from '../growing-event.ts';
import { PeerReader } from '../peer-reader.ts';
import type { ProblemReason } from '../problem.ts';
import { type LocalValue, type ReaderCaches, type UserValue, keptText } from '../reader-caches.ts';
import type { RowFields } from '../row.ts';
import type { ServerTally } from '../server-rows.ts';
import { readWholeNumber } from '../whole-number.ts';
import { columnsOf } from './columns.ts';
import { type Fact, factOfCommand, factOfNote, factOfReply } from './fact.ts';

const plus = 0x2b;
const received = 0x3c;
const sent = 0x3e;
const note = 0x2a;

interface OpenConnection {
  readonly event: GrowingSmtpEvent;
  readonly server: ServerTally;
  readonly connector: string;
  readonly local: LocalValue;
}

/** Who a row counts for. */
type Client = Pick<GrowingSmtpEvent, 'address' | 'clientPort'>;

export class ReceiveRows implements FormatRows {
  readonly events: GrowingSmtpEvent[] = [];
  lastProbeAt: number | null = null;
  server: ServerTally;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #caches: ReaderCaches;
  readonly #peer: PeerReader;
  readonly #connections: ConnectionTable<OpenConnection>;
  #columns = columnsOf([]);

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.#caches = slice.options.caches;
    this.#peer = new PeerReader(this.#caches);
    this.#connections = new ConnectionTable(slice.bytes);
    this.server = slice.server(slice.options.server);
  }

  useColumns(names: readonly string[]): void {
    this.#columns = columnsOf(names);
    const { session, connector, local, remote } = this.#columns;
    this.#connections.useColumns([session, connector, local, remote]);
  }

  read(row: TimedRow): 'counted' | ProblemReason {
    const { fields } = row;
    const { sequence } = this.#columns;
    if (readWholeNumber(this.#bytes, fields.start(sequence), fields.end(sequence)) === -1) {
      return 'unreadable sequence number';
    }
    const mark = this.#mark(fields);
    const fact = this.#fact(fields, mark);
    const isPassedOn = fact?.kind === 'client';
    const hash = this.#connections.hash(fields);
    const known = isPassedOn ? undefined : this.#connections.find(hash, fields);
    const client = known === undefined ? this.#client(fields, fact) : known.event;
    if (client === null) {
      return 'unreadable address';
    }
    const place = known ?? this.#place(fields);
    if (!place.local.isReadable) {
      this.#slice.note('unreadable server address', row.start, row.end);
    }
    this.server = place.server;
    if (row.isWanted) {
      const added = this.#added(fields, fact);
      let event = known?.event;
      if (event === undefined || isFull(event, added)) {
        event = this.#open(row, client, place, isPassedOn);
        if (!isPassedOn) this.#connections.add(hash, fields, { ...place, event });
      }
      this.#add(event, row, mark, fact, added);
      if (isLoopback(client.address) || client.address === place.local.address || added.user?.kind === 'probe') {
        this.lastProbeAt = this.lastProbeAt === null ? row.time : Math.max(this.lastProbeAt, row.time);
      }
    }
    return 'counted';
  }

  /** The event column as its byte; 0 when it is not one character. */
  #mark(fields: RowFields): number {
    const start = fields.start(this.#columns.event);
    return fields.end(this.#columns.event) - start === 1 ? (this.#bytes[start] as number) : 0;
  }

  #fact(fields: RowFields, mark: number): Fact | null {
    switch (mark) {
      case received:
        return factOfCommand(this.#text(fields, this.#columns.data));
      case sent:
        return factOfReply(this.#text(fields, this.#columns.data));
      case note:
        return factOfNote(this.#text(fields, this.#columns.context));
      default:
        return null;
    }
  }

  #text(fields: RowFields, column: number): string {
    return column === -1 ? '' : fields.text(this.#bytes, column);
  }

  #client(fields: RowFields, fact: Fact | null): Client | null {
    if (fact?.kind === 'client') {
      const address = canonicalAddress(fact.address);
      return address === null ? null : { address, clientPort: fact.port };
    }
    const { remote } = this.#columns;
    const address = this.#peer.read(this.#bytes, fields.start(remote), fields.end(remote));
    return address === null ? null : { address, clientPort: this.#peer.port };
  }

  /** Where the connection was made to. */
  #place(fields: RowFields): Omit<OpenConnection, 'event'> {
    const column = this.#columns.local;
    const start = column === -1 ? 0 : fields.start(column);
    const local = this.#caches.locals.get(this.#bytes, start, column === -1 ? 0 : fields.end(column));
    const connector = this.#caches.connector(this.#bytes, fields, this.#columns.connector);
    const server = this.#slice.server(connector.server === '' ? this.#slice.options.server : connector.server);
    if (local.text !== null) server.endpoints.add(local.text);
    return { server, connector: connector.name, local };
  }

  /** What a row adds to one of its event's lists. */
  #added(fields: RowFields, fact: Fact | null): Added {
    if (fact === null) return nothingAdded;
    if (fact.kind === 'helo') return { list: 'helo', text: fact.text, user: null };
    if (fact.kind === 'sender') return { list: 'senders', text: this.#caches.keepSender(fact.text), user: null };
    if (fact.kind !== 'user') return nothingAdded;
    const user = this.#user(fields);
    return user?.kind === 'user' ? { list: 'users', text: user.name, user } : { ...nothingAdded, user };
  }

  #user(fields: RowFields): UserValue | null {
    const { data } = this.#columns;
    return data === -1 ? null : this.#caches.user(this.#bytes, fields, data);
  }

  #open(
    { fields, start, time }: TimedRow,
    { address, clientPort }: Client,
    { server, connector, local }: Omit<OpenConnection, 'event'>,
    isPassedOn: boolean,
  ): GrowingSmtpEvent {
    const column = this.#columns.session;
    const session = column === -1 ? '' : keptText(this.#bytes, fields.start(column), fields.end(column));
    const { protocol, file } = this.#slice.options;
    const event = newSmtpEvent(
      {
        protocol,
        server: server.server,
        address,
        clientPort,
        // The front end dialled this one; what its client dialled stands in the front end's own log.
        endpoint: isPassedOn ? null : local.text,
        session: session === '' ? null : session,
        file,
        offset: this.#slice.offset + start,
      },
      time,
      connector,
    );
    this.events.push(event);
    return event;
  }

  #add(event: GrowingSmtpEvent, { time }: TimedRow, mark: number, fact: Fact | null, added: Added): void {
    addRow(event, time, mark === plus, mark === received);
    if (added.user?.kind === 'user') event.hasUser = true;
    if (added.list !== null) addText(listOf(event, added.list), added.text);
    if (fact === null) return;
    count(event, time, fact);
    if (fact.kind === 'succeeded' || fact.kind === 'failed') {
      const { server, address } = event;
      this.#slice.options.onLogin?.({ server, address, user: '', succeeded: fact.kind === 'succeeded', at: time });
    }
  }
}

interface Added {
  readonly list: 'users' | 'helo' | 'senders' | null;
  /** Null where it is withheld. */
  readonly text: string | null;
  readonly user: UserValue | null;
}

const nothingAdded: Added = { list: null, text: null, user: null };

function listOf(event: GrowingSmtpEvent, list: NonNullable<Added['list']>): string[] {
  return list === 'users' ? event.users : event.smtp[list];
}

/** Whether the list that the row adds to has no room. */
function isFull(event: GrowingSmtpEvent, { list, text }: Added): boolean {
  return list !== null && isFullFor(listOf(event, list), text);
}

function count(event: GrowingSmtpEvent, at: number, fact: Fact): void {
  const { smtp } = event;
  switch (fact.kind) {
    case 'tls':
      smtp.tls = higherTls(smtp.tls, fact.version);
      break;
    case 'message':
      smtp.messages++;
      break;
    case 'succeeded':
      event.loginsSucceeded++;
      break;
    case 'failed':
      event.loginsFailed++;
      event.failure = laterFailure(event.failure, { at, reason: fact.reason });
      break;
    case 'notice':
      smtp.notice = laterFailure(smtp.notice, { at, reason: fact.reason });
      break;
    case 'client':
    case 'helo':
    case 'sender':
    case 'user':
      break;
  }
}
