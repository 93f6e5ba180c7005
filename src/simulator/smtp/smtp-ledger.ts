/** The account of one server's SMTP: every row is entered by what the simulator decided about it, never by its text. */
import { compareAddresses, type ClientAddress } from '../client-address.ts';
import { compareTexts, cut, endpointOf, enterText, isoTime } from '../truth-texts.ts';
import type { ClientTruth, FailureTruth, SourceTruth } from '../truth.ts';
import type { SmtpMeaning } from './smtp-row.ts';

interface Failure {
  readonly atMs: number;
  readonly reason: string;
}

interface Tally {
  readonly address: ClientAddress;
  connections: number;
  rows: number;
  receiveRows: number;
  commands: number;
  succeeded: number;
  failed: number;
  messages: number;
  tracked: number;
  firstMs: number;
  lastMs: number;
  tls: string | null;
  refusal: Failure | null;
  notice: Failure | null;
  readonly users: Map<string, string>;
  readonly helo: Map<string, string>;
  readonly senders: Map<string, string>;
  readonly connectors: Map<string, string>;
  readonly endpoints: Set<string>;
}

export class SmtpSourceLedger {
  readonly server: string;
  readonly protocol = 'smtp';
  ignoredRows = 0;
  ignoredFiles = 0;
  rowsWithExtraColumns = 0;
  rowsWithNulHead = 0;
  readonly #tallies = new Map<string, Tally>();
  readonly #badRowsByKind = new Map<string, number>();
  readonly #files = new Set<string>();
  #earlierFiles = 0;
  #rows = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  constructor(server: string) {
    this.server = server;
  }

  /** @param path of the file that the row went to: it is one of this server's from now on */
  enter(row: SmtpMeaning, path: string): void {
    const tally = this.#tally(row.client);
    this.#files.add(path);
    this.#rows += 1;
    this.#firstMs = Math.min(this.#firstMs, row.timeMs);
    this.#lastMs = Math.max(this.#lastMs, row.timeMs);
    tally.rows += 1;
    tally.firstMs = Math.min(tally.firstMs, row.timeMs);
    tally.lastMs = Math.max(tally.lastMs, row.timeMs);
    if (row.tracked === true) tally.tracked += 1;
    else tally.receiveRows += 1;
    if (row.opens === true) tally.connections += 1;
    if (row.command === true) tally.commands += 1;
    if (row.succeeded === true) tally.succeeded += 1;
    if (row.message === true) tally.messages += 1;
    if (row.refusal !== undefined) {
      tally.failed += 1;
      tally.refusal = later(tally.refusal, { atMs: row.timeMs, reason: cut(row.refusal) });
    }
    if (row.notice !== undefined) tally.notice = later(tally.notice, { atMs: row.timeMs, reason: cut(row.notice) });
    if (row.tls !== undefined && (tally.tls === null || row.tls > tally.tls)) tally.tls = row.tls;
    if (row.user !== undefined) enterText(tally.users, cut(row.user));
    if (row.helo !== undefined) enterText(tally.helo, cut(row.helo));
    if (row.sender !== undefined) enterText(tally.senders, cut(row.sender));
    enterText(tally.connectors, cut(row.connector));
    if (row.dialled !== null) tally.endpoints.add(endpointOf(row.dialled));
  }

  enterBadRow(kind: string): void {
    this.#badRowsByKind.set(kind, (this.#badRowsByKind.get(kind) ?? 0) + 1);
  }

  /** Takes over what an earlier world wrote. */
  resume(source: SourceTruth, clients: readonly ClientTruth[]): void {
    this.#earlierFiles = source.files;
    this.#rows = source.rows;
    this.#firstMs = source.firstRow === null ? Infinity : Date.parse(source.firstRow);
    this.#lastMs = source.lastRow === null ? -Infinity : Date.parse(source.lastRow);
    this.ignoredRows = source.ignoredRows;
    this.ignoredFiles = source.backEndFiles;
    this.rowsWithExtraColumns = source.rowsWithExtraColumns;
    this.rowsWithNulHead = source.rowsWithNulHead;
    for (const [kind, count] of Object.entries(source.badRowsByKind)) this.#badRowsByKind.set(kind, count);
    for (const client of clients) this.#tallies.set(client.address, resumed(client));
  }

  source(): SourceTruth {
    const kinds = [...this.#badRowsByKind].toSorted(([a], [b]) => compareTexts(a, b));
    return {
      protocol: 'smtp',
      server: this.server,
      files: this.#earlierFiles + this.#files.size,
      rows: this.#rows,
      firstRow: this.#rows === 0 ? null : isoTime(this.#firstMs),
      lastRow: this.#rows === 0 ? null : isoTime(this.#lastMs),
      badRows: kinds.reduce((sum, [, count]) => sum + count, 0),
      badRowsByKind: Object.fromEntries(kinds),
      unreadableSizes: 0,
      rowsWithExtraColumns: this.rowsWithExtraColumns,
      rowsWithNulHead: this.rowsWithNulHead,
      ignoredRows: this.ignoredRows,
      backEndFiles: this.ignoredFiles,
      backEndRows: 0,
    };
  }

  clients(): ClientTruth[] {
    const tallies = [...this.#tallies.values()].toSorted((a, b) => compareAddresses(a.address, b.address));
    return tallies.map((tally) => this.#client(tally));
  }

  #client(tally: Tally): ClientTruth {
    return {
      protocol: 'smtp',
      server: this.server,
      address: tally.address.canonical,
      family: tally.address.family,
      number: String(tally.address.value),
      connections: tally.connections,
      rows: tally.rows,
      commands: tally.commands,
      logins: { succeeded: tally.succeeded, failed: tally.failed },
      bytes: { received: 0, sent: 0 },
      firstSeen: isoTime(tally.firstMs),
      lastSeen: isoTime(tally.lastMs),
      users: sorted(tally.users),
      hasUser: tally.users.size > 0,
      endpoints: [...tally.endpoints].toSorted(compareTexts),
      lastFailure: failureTruth(tally.refusal),
      smtp: {
        receiveRows: tally.receiveRows,
        messages: tally.messages,
        tracked: tally.tracked,
        helo: sorted(tally.helo),
        tls: tally.tls,
        senders: sorted(tally.senders),
        connectors: sorted(tally.connectors),
        notice: failureTruth(tally.notice),
      },
    };
  }

  #tally(address: ClientAddress): Tally {
    let tally = this.#tallies.get(address.canonical);
    if (tally === undefined) {
      tally = emptyTally(address);
      this.#tallies.set(address.canonical, tally);
    }
    return tally;
  }
}

function emptyTally(address: ClientAddress): Tally {
  return {
    address,
    connections: 0,
    rows: 0,
    receiveRows: 0,
    commands: 0,
    succeeded: 0,
    failed: 0,
    messages: 0,
    tracked: 0,
    firstMs: Infinity,
    lastMs: -Infinity,
    tls: null,
    refusal: null,
    notice: null,
    users: new Map(),
    helo: new Map(),
    senders: new Map(),
    connectors: new Map(),
    endpoints: new Set(),
  };
}

function resumed({ family, number, address: canonical, smtp, ...client }: ClientTruth): Tally {
  const logged = family === 6 ? `[${canonical}]` : canonical;
  return {
    ...emptyTally({ family, value: BigInt(number), canonical, logged }),
    connections: client.connections,
    rows: client.rows,
    receiveRows: smtp?.receiveRows ?? 0,
    commands: client.commands,
    succeeded: client.logins.succeeded,
    failed: client.logins.failed,
    messages: smtp?.messages ?? 0,
    tracked: smtp?.tracked ?? 0,
    firstMs: Date.parse(client.firstSeen),
    lastMs: Date.parse(client.lastSeen),
    tls: smtp?.tls ?? null,
    refusal: failureOf(client.lastFailure),
    notice: failureOf(smtp?.notice ?? null),
    users: textsOf(client.users),
    helo: textsOf(smtp?.helo),
    senders: textsOf(smtp?.senders),
    connectors: textsOf(smtp?.connectors),
    endpoints: new Set(client.endpoints),
  };
}

function textsOf(texts: readonly string[] = []): Map<string, string> {
  return new Map(texts.map((text) => [text.toLowerCase(), text]));
}

function failureOf(failure: FailureTruth | null): Failure | null {
  return failure === null ? null : { atMs: Date.parse(failure.at), reason: failure.reason };
}

function failureTruth(failure: Failure | null): FailureTruth | null {
  return failure === null ? null : { at: isoTime(failure.atMs), reason: failure.reason };
}

function sorted(texts: ReadonlyMap<string, string>): string[] {
  return [...texts.values()].toSorted(compareTexts);
}

/** The later one; of two at the same time the one whose reason sorts last. */
function later(known: Failure | null, next: Failure): Failure {
  if (known === null || next.atMs > known.atMs) return next;
  return next.atMs === known.atMs && compareTexts(next.reason, known.reason) > 0 ? next : known;
}
