import type { ConnectionEvent } from '../event/connection-event.ts';
import type { Protocol } from '../event/protocol.ts';
import type { SliceResult } from '../exchange-log/slice.ts';
import { OwnAddresses } from '../inventory/own-addresses.ts';
import type { ConfiguredAddress } from '../inventory/own-addresses.ts';
import { type Sighting, applyEvent, emptySighting } from '../sighting/sighting.ts';
import { FailedLogins } from './failed-logins.ts';
import type { LogSource } from './input-file.ts';
import { ProblemList } from './problem-list.ts';

/** What was read of one server and protocol. */
export interface SourceTally {
  readonly server: string;
  readonly protocol: Protocol;
  files: number;
  /** Rows that count. */
  rows: number;
  lastRowAt: number | null;
  /** By client address. */
  readonly sightings: Map<string, Sighting>;
}

/** All that a report adds up while it reads; knows nothing of files. */
export class Tally {
  readonly problems = new ProblemList();
  readonly own: OwnAddresses;
  readonly failedLogins = new FailedLogins();
  files = 0;
  bytes = 0;
  rows = 0;
  ignoredRows = 0;
  badRows = 0;
  /** Files that end in the middle of a row that may still be written. */
  unterminated = 0;
  firstRowAt: number | null = null;
  lastRowAt: number | null = null;
  readonly #sources = new Map<string, SourceTally>();

  constructor(ownAddresses: readonly ConfiguredAddress[]) {
    this.own = new OwnAddresses(ownAddresses);
  }

  /** By protocol and server. */
  get sources(): Iterable<SourceTally> {
    return this.#sources.values();
  }

  source({ server, protocol }: LogSource): SourceTally {
    const key = `${protocol}\t${server}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = { server, protocol, files: 0, rows: 0, lastRowAt: null, sightings: new Map() };
      this.#sources.set(key, source);
    }
    return source;
  }

  /** @param linesBefore lines of the input before this slice */
  addSlice(protocol: Protocol, path: string, slice: SliceResult, linesBefore: number): void {
    const { rows } = slice;
    this.rows += rows.event + rows.ignored + rows.invalid;
    this.ignoredRows += rows.ignored;
    this.badRows += rows.invalid;
    this.lastRowAt = later(this.lastRowAt, slice.lastRowAt);
    if (slice.firstRowAt !== null && (this.firstRowAt === null || slice.firstRowAt < this.firstRowAt)) {
      this.firstRowAt = slice.firstRowAt;
    }
    for (const { reason, count, places } of slice.problems) {
      const [first] = places;
      this.problems.add(path, first === undefined ? null : linesBefore + first.line + 1, reason, count);
    }
    for (const { server, rows: counted, lastRowAt, endpoints } of slice.servers) {
      const source = this.source({ server, protocol });
      source.rows += counted;
      source.lastRowAt = later(source.lastRowAt, lastRowAt);
      this.own.learn(server, [...endpoints]);
    }
    let source: SourceTally | null = null;
    for (const event of slice.events) {
      if (source?.server !== event.server) source = this.source(event);
      addEvent(source, event);
    }
  }

  /** A file was read: it is of the servers that its rows name, or else of the one that its path names. */
  addFile(source: LogSource, servers: ReadonlySet<string>): void {
    const { protocol } = source;
    if (servers.size === 0) this.source(source).files++;
    for (const server of servers) this.source({ server, protocol }).files++;
  }

  /** Rows that were dropped for their length before the reader saw them. */
  addOverLongRows(path: string, count: number): void {
    if (count > 0) {
      this.rows += count;
      this.badRows += count;
      this.problems.add(path, null, 'over-long row', count);
    }
  }
}

function addEvent(source: SourceTally, event: ConnectionEvent): void {
  let sighting = source.sightings.get(event.address);
  if (sighting === undefined) {
    sighting = emptySighting(source.protocol, source.server, event.address, 'all');
    source.sightings.set(event.address, sighting);
  }
  applyEvent(sighting, event);
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
