import type { Protocol } from '../event/protocol.ts';
import type { ClientRow, LoginRow } from '../exchange-log/format.ts';
import type { SliceResult } from '../exchange-log/slice.ts';
import { ownAddressesMax } from '../inventory/own-addresses.ts';
import { applyEvent } from '../sighting/sighting.ts';
import { ClientTally } from './client-tally.ts';
import type { LogSource } from './input-file.ts';

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
  /** By client address. */
  readonly clients: Map<string, ClientTally>;
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
      source = { server, protocol, files: 0, rows: 0, lastRowAt: null, endpoints: new Set(), clients: new Map() };
      this.#sources.set(key, source);
    }
    return source;
  }

  /** Takes in rows, and logins of rows that come in events, as a reader tells them. */
  listener(protocol: Protocol): {
    readonly onRow: (row: ClientRow) => void;
    readonly onLogin: (login: LoginRow) => void;
  } {
    let source: SourceTally | null = null;
    const client = (server: string, address: string): ClientTally => {
      if (source?.server !== server) source = this.source({ server, protocol });
      return clientOf(source, address);
    };
    return {
      onRow: (row) => client(row.server, row.address).addRow(row),
      onLogin: ({ server, address, user, succeeded, at }) => client(server, address).addLogin(user, succeeded, at),
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
      applyEvent(clientOf(source, event.address).sighting, event);
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
      for (const [address, client] of from.clients) {
        const known = into.clients.get(address);
        if (known === undefined) into.clients.set(address, client);
        else known.merge(client);
      }
    }
  }

  #addSpan(first: number | null, last: number | null): void {
    if (first !== null && (this.firstRowAt === null || first < this.firstRowAt)) this.firstRowAt = first;
    this.lastRowAt = later(this.lastRowAt, last);
  }
}

function clientOf({ protocol, server, clients }: SourceTally, address: string): ClientTally {
  let client = clients.get(address);
  if (client === undefined) clients.set(address, (client = new ClientTally(protocol, server, address)));
  return client;
}

function addEndpoints(source: SourceTally, endpoints: Iterable<string>): void {
  for (const endpoint of endpoints) if (source.endpoints.size < ownAddressesMax) source.endpoints.add(endpoint);
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
