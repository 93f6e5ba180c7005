import type { Protocol } from '../event/protocol.ts';
import type { ClientRow, LoginRow } from '../exchange-log/format.ts';
import type { SliceResult } from '../exchange-log/slice.ts';
import { ClientColumns } from './client-columns.ts';
import type { LogSource } from './input-file.ts';

/** Local endpoints that are kept of a server; far more than one has. */
const endpointsMax = 10_000;

/** What was read of one server and protocol. */
export interface SourceTally {
  readonly server: string;
  readonly protocol: Protocol;
  files: number;
  /** Rows that count. */
  rows: number;
  lastRowAt: number | null;
  /** Local endpoints that were dialled. */
  readonly endpoints: Set<string>;
  clients: ClientColumns;
}

/** All that a report adds up while it reads; knows nothing of files. Tallies of several threads add up to one. */
export class Tally {
  bytes = 0;
  rows = 0;
  ignoredRows = 0;
  badRows = 0;
  firstRowAt: number | null = null;
  lastRowAt: number | null = null;
  readonly #sources = new Map<string, SourceTally>();

  /** By protocol and server. */
  get sources(): Iterable<SourceTally> {
    return this.#sources.values();
  }

  source({ server, protocol }: LogSource): SourceTally {
    const key = `${protocol}\t${server}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      const clients = new ClientColumns(protocol, server);
      source = { server, protocol, files: 0, rows: 0, lastRowAt: null, endpoints: new Set(), clients };
      this.#sources.set(key, source);
    }
    return source;
  }

  /** Takes in rows, and logins of rows that come in events, as a reader tells them. */
  listener(protocol: Protocol): {
    readonly onRow: (row: ClientRow) => void;
    readonly onLogin: (login: LoginRow) => void;
  } {
    let columns: ClientColumns | null = null;
    const clients = (server: string): ClientColumns => {
      if (columns?.server !== server) columns = this.source({ server, protocol }).clients;
      return columns;
    };
    return {
      onRow(row) {
        const columns = clients(row.server);
        columns.addRow(columns.place(row.address), row);
      },
      onLogin({ server, address, user, succeeded, at }) {
        const columns = clients(server);
        columns.addLogin(columns.place(address), user, succeeded, at);
      },
    };
  }

  addSlice(protocol: Protocol, { rows, servers, events, firstRowAt, lastRowAt }: SliceResult): void {
    this.rows += rows.event + rows.ignored + rows.invalid;
    this.ignoredRows += rows.ignored;
    this.badRows += rows.invalid;
    this.#addSpan(firstRowAt, lastRowAt);
    for (const { server, rows: counted, lastRowAt: last, endpoints } of servers) {
      const source = this.source({ server, protocol });
      source.rows += counted;
      source.lastRowAt = later(source.lastRowAt, last);
      addEndpoints(source, endpoints);
    }
    let source: SourceTally | null = null;
    for (const event of events) {
      if (source?.server !== event.server) source = this.source(event);
      source.clients.addEvent(source.clients.place(event.address), event);
    }
  }

  /** A file was read: it is of the servers that its rows name, or else of the one that its path names. */
  addFile(source: LogSource, servers: ReadonlySet<string>): void {
    const { protocol } = source;
    if (servers.size === 0) this.source(source).files++;
    for (const server of servers) this.source({ server, protocol }).files++;
  }

  /** Rows that were dropped for their length before the reader saw them. */
  addOverLongRows(count: number): void {
    this.rows += count;
    this.badRows += count;
  }

  /** Adds what another thread added up; `other` is not used any more. */
  merge(other: Tally): void {
    this.bytes += other.bytes;
    this.rows += other.rows;
    this.ignoredRows += other.ignoredRows;
    this.badRows += other.badRows;
    this.#addSpan(other.firstRowAt, other.lastRowAt);
    for (const from of other.sources) {
      const into = this.source(from);
      into.files += from.files;
      into.rows += from.rows;
      into.lastRowAt = later(into.lastRowAt, from.lastRowAt);
      addEndpoints(into, from.endpoints);
      // Mostly one of them has read all of a server's logs. Clients that a listener holds are never empty.
      if (into.clients.size === 0) into.clients = from.clients;
      else into.clients.merge(from.clients);
    }
  }

  #addSpan(first: number | null, last: number | null): void {
    if (first !== null && (this.firstRowAt === null || first < this.firstRowAt)) this.firstRowAt = first;
    this.lastRowAt = later(this.lastRowAt, last);
  }
}

function addEndpoints(source: SourceTally, endpoints: Iterable<string>): void {
  for (const endpoint of endpoints) if (source.endpoints.size < endpointsMax) source.endpoints.add(endpoint);
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
