/**
 * What a row says. It counts when it has the columns of its header and a readable time, sequence number and client
 * address; sequence number 0 opens a connection; the verdict of a login is its `R=`. Each row is decided by itself,
 * never by what other rows said: rows may be missing, late, or in another slice.
 */
import { isLoopback } from '../event/address.ts';
import { sameBytes } from './byte-cache.ts';
import type { CommandKind } from './command.ts';
import { type Layout, columnsOfRow, layoutOf } from './header.ts';
import { type ConnectionBytes, type GrowingEvent, type OpenConnection, OpenConnections } from './open-connection.ts';
import type { ProblemReason } from './problem.ts';
import { type LocalValue, type UserValue, keptText } from './reader-caches.ts';
import { RowFields } from './row.ts';
import type { ReaderState, SliceOptions } from './slice.ts';
import { type Verdict, beginsWithOk, verdictOf } from './verdict.ts';
import { readWholeNumber } from './whole-number.ts';

type Note = (reason: ProblemReason, start: number, end: number) => void;

const colon = 0x3a;
const portMax = 65_535;

/** Reads the rows of one slice into its events. */
export class RowReader {
  layout: Layout;
  extraColumnsNoted: boolean;
  readonly events: GrowingEvent[] = [];
  /** Rows that count, and rows that are invalid. */
  counted = 0;
  invalid = 0;
  firstRowAt: number | null = null;
  lastRowAt: number | null = null;
  lastProbeAt: number | null = null;
  readonly #bytes: Buffer;
  readonly #offset: number;
  readonly #options: SliceOptions;
  readonly #since: number;
  readonly #until: number;
  readonly #note: Note;
  readonly #fields = new RowFields();
  readonly #connections: OpenConnections;
  readonly #place = { sessionStart: 0, sessionEnd: 0, localStart: 0, localEnd: 0, clientStart: 0, clientEnd: 0 };
  #clientPort = 0;
  #userStart = 0;
  #userEnd = 0;

  constructor(bytes: Buffer, offset: number, state: ReaderState, options: SliceOptions, note: Note) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#options = options;
    this.#since = options.since ?? Number.NEGATIVE_INFINITY;
    this.#until = options.until ?? Number.POSITIVE_INFINITY;
    this.#note = note;
    this.#connections = new OpenConnections(bytes);
    this.layout = layoutOf(state.columns);
    this.extraColumnsNoted = state.extraColumnsNoted;
  }

  /** Reads the row that stands from `start` to `end`, without its line end. */
  read(start: number, end: number): void {
    const bytes = this.#bytes;
    const fields = this.#fields;
    fields.split(bytes, start, end);
    const { layout } = this;
    const hasTime = layout.time < fields.count;
    const time = hasTime
      ? this.#options.caches.times.read(bytes, fields.start(layout.time), fields.end(layout.time))
      : Number.NaN;
    if (Number.isNaN(time) && this.#takeHeader(start, end)) {
      return;
    }
    if (fields.count < layout.count) {
      this.#refuse(fields.unclosed ? 'unclosed quote' : 'too few columns', start, end);
      return;
    }
    if (Number.isNaN(time)) {
      this.#refuse('unreadable time', start, end);
      return;
    }
    const sequence = readWholeNumber(bytes, fields.start(layout.sequence), fields.end(layout.sequence));
    if (sequence === -1) {
      this.#refuse('unreadable sequence number', start, end);
      return;
    }
    this.#readCounted(start, end, time, sequence === 0);
  }

  /** A line whose time cannot be read may be a bare header row; it then says what the next rows hold. */
  #takeHeader(start: number, end: number): boolean {
    const isLetter = ((this.#bytes[start] as number) | 0x20) >= 0x61;
    const columns = isLetter ? columnsOfRow(this.#bytes, start, end) : null;
    if (columns !== null) {
      this.layout = layoutOf(columns);
    }
    return columns !== null;
  }

  #refuse(reason: ProblemReason, start: number, end: number): void {
    this.invalid++;
    this.#note(reason, start, end);
  }

  #readCounted(start: number, end: number, time: number, isOpening: boolean): void {
    const place = this.#locate();
    const hash = this.#connections.hash(place);
    let connection = isOpening ? undefined : this.#connections.find(hash, place);
    const address = connection === undefined ? this.#clientAddress(place) : connection.event.address;
    if (address === null) {
      this.#refuse('unreadable address', start, end);
      return;
    }
    const local = connection === undefined ? this.#local(place) : connection.local;
    const received = this.#size(this.layout.received, start, end);
    const sent = this.#size(this.layout.sent, start, end);
    this.#count(time);
    this.#noteOddities(local, start, end);
    if (time < this.#since || time >= this.#until) {
      return;
    }
    const user = this.#user(connection);
    if (connection === undefined || (user.kind === 'user' && connection.isFullFor(user.name))) {
      connection = this.#open(hash, place, address, local, start, time);
    }
    const kind = this.#commandKind();
    connection.addRow(time, isOpening, kind !== 'server');
    connection.addBytes(received, sent);
    connection.addUser(user, this.#userStart, this.#userEnd);
    if (connection.isLocal || user.kind === 'probe') {
      this.lastProbeAt = this.lastProbeAt === null ? time : Math.max(this.lastProbeAt, time);
    }
    if (kind !== 'server' && kind !== 'other') {
      connection.addVerdict(this.#verdict(kind), time);
    }
  }

  #count(time: number): void {
    this.counted++;
    if (this.firstRowAt === null || time < this.firstRowAt) this.firstRowAt = time;
    if (this.lastRowAt === null || time > this.lastRowAt) this.lastRowAt = time;
  }

  #noteOddities(local: LocalValue, start: number, end: number): void {
    if (this.#fields.unclosed) {
      this.#note('quote closed by the end of the row', start, end);
    }
    if (this.#fields.count > this.layout.count && !this.extraColumnsNoted) {
      this.extraColumnsNoted = true;
      this.#note('extra columns', start, end);
    }
    if (!local.isReadable) {
      this.#note('unreadable server address', start, end);
    }
  }

  /** Where the fields stand that identify the row's connection. */
  #locate(): ConnectionBytes {
    const { layout } = this;
    const fields = this.#fields;
    const place = this.#place;
    place.sessionStart = layout.session === -1 ? 0 : fields.start(layout.session);
    place.sessionEnd = layout.session === -1 ? 0 : fields.end(layout.session);
    place.localStart = layout.local === -1 ? 0 : fields.start(layout.local);
    place.localEnd = layout.local === -1 ? 0 : fields.end(layout.local);
    place.clientStart = fields.start(layout.client);
    place.clientEnd = fields.end(layout.client);
    return place;
  }

  /**
   * The client's canonical address, null when it is none; leaves its port in `#clientPort`. Split at the last colon;
   * an address that stands alone has port 0.
   */
  #clientAddress(place: ConnectionBytes): string | null {
    const bytes = this.#bytes;
    const { addresses } = this.#options.caches;
    let split = place.clientEnd - 1;
    while (split > place.clientStart && bytes[split] !== colon) split--;
    const port = readWholeNumber(bytes, split + 1, place.clientEnd);
    if (split > place.clientStart && port !== -1 && port <= portMax) {
      const address = addresses.get(bytes, place.clientStart, split);
      if (address !== null) {
        this.#clientPort = port;
        return address;
      }
    }
    this.#clientPort = 0;
    return addresses.get(bytes, place.clientStart, place.clientEnd);
  }

  #local(place: ConnectionBytes): LocalValue {
    return this.#options.caches.locals.get(this.#bytes, place.localStart, place.localEnd);
  }

  #size(index: number, start: number, end: number): number {
    if (index === -1 || this.#fields.start(index) === this.#fields.end(index)) {
      return 0;
    }
    const size = readWholeNumber(this.#bytes, this.#fields.start(index), this.#fields.end(index));
    if (size === -1) {
      this.#note('unreadable size', start, end);
      return 0;
    }
    return size;
  }

  #user(connection: OpenConnection | undefined): UserValue {
    const index = this.layout.user;
    this.#userStart = index === -1 ? 0 : this.#fields.start(index);
    this.#userEnd = index === -1 ? 0 : this.#fields.end(index);
    if (this.#userStart === this.#userEnd) {
      return blankUser;
    }
    const bytes = this.#bytes;
    if (
      connection?.user !== undefined &&
      sameBytes(bytes, connection.userStart, connection.userEnd, bytes, this.#userStart, this.#userEnd)
    ) {
      return connection.user;
    }
    return this.#options.caches.user(bytes, this.#fields, index);
  }

  #commandKind(): CommandKind {
    const index = this.layout.command;
    if (index === -1) {
      return 'other';
    }
    return this.#options.caches.commands.get(this.#bytes, this.#fields.start(index), this.#fields.end(index));
  }

  #verdict(kind: CommandKind): Verdict {
    const fields = this.#fields;
    const { context, parameters } = this.layout;
    if (context === -1) {
      return 'none';
    }
    const hasParameters = !fields.isBlank(this.#bytes, parameters);
    const text = beginsWithOk(this.#bytes, fields.start(context), fields.end(context))
      ? 'R=ok'
      : fields.text(this.#bytes, context);
    return verdictOf(kind, text, hasParameters);
  }

  #open(
    hash: number,
    place: ConnectionBytes,
    address: string,
    local: LocalValue,
    start: number,
    time: number,
  ): OpenConnection {
    const { protocol, server, file } = this.#options;
    const session = keptText(this.#bytes, place.sessionStart, place.sessionEnd);
    const event: GrowingEvent = {
      protocol,
      server,
      address,
      clientPort: this.#clientPort,
      endpoint: local.text,
      session: session === '' ? null : session,
      file,
      offset: this.#offset + start,
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

const blankUser: UserValue = { kind: 'blank', name: null };
