/**
 * Keeps the truth: every row is entered here at the moment its last byte goes to its file, by what the simulator
 * decided about it. It never looks at the text of a line, so it can stand as the judge of everything that does.
 */
import { compareAddresses, type ClientAddress } from './client-address.ts';
import type { LoggedEndpoint, LoggedProtocol, LogRow } from './log-row.ts';
import { SmtpSourceLedger } from './smtp/smtp-ledger.ts';
import { compareTexts, cut, endpointOf, enterText, isoTime } from './truth-texts.ts';
import type { ClientTruth, SourceTruth, Truth } from './truth.ts';

interface Tally {
  readonly address: ClientAddress;
  connections: number;
  rows: number;
  commands: number;
  succeeded: number;
  failed: number;
  received: number;
  sent: number;
  firstMs: number;
  lastMs: number;
  /** Lower-cased text to the spelling that sorts first. */
  readonly users: Map<string, string>;
  readonly endpoints: Set<string>;
  /** As in the row before: saves working out the same texts again. */
  lastUser: string;
  lastServer: LoggedEndpoint | null;
  failure: { atMs: number; reason: string } | null;
}

/** The account of one server and protocol. */
export class SourceLedger {
  readonly server: string;
  readonly protocol: LoggedProtocol;
  readonly #tallies = new Map<string, Tally>();
  readonly #badRowsByKind = new Map<string, number>();
  files = 0;
  rows = 0;
  firstMs = Infinity;
  lastMs = -Infinity;
  unreadableSizes = 0;
  rowsWithExtraColumns = 0;
  rowsWithNulHead = 0;
  backEndFiles = 0;
  backEndRows = 0;

  constructor(server: string, protocol: LoggedProtocol) {
    this.server = server;
    this.protocol = protocol;
  }

  enter(row: LogRow): void {
    const tally = this.#tally(row.client.address);
    this.rows += 1;
    this.firstMs = Math.min(this.firstMs, row.timeMs);
    this.lastMs = Math.max(this.lastMs, row.timeMs);
    tally.rows += 1;
    tally.firstMs = Math.min(tally.firstMs, row.timeMs);
    tally.lastMs = Math.max(tally.lastMs, row.timeMs);
    tally.received += row.received;
    tally.sent += row.sent;
    if (row.sequence === 0) tally.connections += 1;
    if (row.command !== 'OpenSession' && row.command !== 'CloseSession' && row.command !== 'proxy') tally.commands += 1;
    if (row.verdict === 'succeeded') tally.succeeded += 1;
    if (row.verdict === 'failed') this.#enterFailure(tally, row);
    if (row.user !== tally.lastUser) {
      tally.lastUser = row.user;
      if (row.user !== '' && !isHealthMailbox(row.user)) enterText(tally.users, cut(row.user));
    }
    if (row.server !== tally.lastServer) {
      tally.lastServer = row.server;
      tally.endpoints.add(endpointOf(row.server));
    }
  }

  enterBadRow(kind: string): void {
    this.#badRowsByKind.set(kind, (this.#badRowsByKind.get(kind) ?? 0) + 1);
  }

  /** Takes over what an earlier world wrote. */
  resume(source: SourceTruth, clients: readonly ClientTruth[]): void {
    this.files = source.files;
    this.rows = source.rows;
    this.firstMs = source.firstRow === null ? Infinity : Date.parse(source.firstRow);
    this.lastMs = source.lastRow === null ? -Infinity : Date.parse(source.lastRow);
    this.unreadableSizes = source.unreadableSizes;
    this.rowsWithExtraColumns = source.rowsWithExtraColumns;
    this.rowsWithNulHead = source.rowsWithNulHead;
    this.backEndFiles = source.backEndFiles;
    this.backEndRows = source.backEndRows;
    for (const [kind, count] of Object.entries(source.badRowsByKind)) this.#badRowsByKind.set(kind, count);
    for (const client of clients) this.#tallies.set(client.address, resumed(client));
  }

  source(): SourceTruth {
    const kinds = [...this.#badRowsByKind].toSorted(([a], [b]) => compareTexts(a, b));
    return {
      protocol: this.protocol,
      server: this.server,
      files: this.files,
      rows: this.rows,
      firstRow: this.rows === 0 ? null : isoTime(this.firstMs),
      lastRow: this.rows === 0 ? null : isoTime(this.lastMs),
      badRows: kinds.reduce((sum, [, count]) => sum + count, 0),
      badRowsByKind: Object.fromEntries(kinds),
      unreadableSizes: this.unreadableSizes,
      rowsWithExtraColumns: this.rowsWithExtraColumns,
      rowsWithNulHead: this.rowsWithNulHead,
      ignoredRows: 0,
      backEndFiles: this.backEndFiles,
      backEndRows: this.backEndRows,
    };
  }

  clients(): ClientTruth[] {
    const tallies = [...this.#tallies.values()].toSorted((a, b) => compareAddresses(a.address, b.address));
    return tallies.map((tally) => this.#client(tally));
  }

  #client(tally: Tally): ClientTruth {
    const { address, failure } = tally;
    return {
      protocol: this.protocol,
      server: this.server,
      address: address.canonical,
      family: address.family,
      number: String(address.value),
      connections: tally.connections,
      rows: tally.rows,
      commands: tally.commands,
      logins: { succeeded: tally.succeeded, failed: tally.failed },
      bytes: { received: tally.received, sent: tally.sent },
      firstSeen: isoTime(tally.firstMs),
      lastSeen: isoTime(tally.lastMs),
      users: [...tally.users.values()].toSorted(compareTexts),
      hasUser: tally.users.size > 0,
      endpoints: [...tally.endpoints].toSorted(compareTexts),
      lastFailure: failure === null ? null : { at: isoTime(failure.atMs), reason: failure.reason },
    };
  }

  #tally(address: ClientAddress): Tally {
    const known = this.#tallies.get(address.canonical);
    if (known !== undefined) return known;
    const tally: Tally = {
      address,
      connections: 0,
      rows: 0,
      commands: 0,
      succeeded: 0,
      failed: 0,
      received: 0,
      sent: 0,
      firstMs: Infinity,
      lastMs: -Infinity,
      users: new Map(),
      endpoints: new Set(),
      lastUser: '',
      lastServer: null,
      failure: null,
    };
    this.#tallies.set(address.canonical, tally);
    return tally;
  }

  /** The latest failure; of two at the same time the reason that sorts last. */
  #enterFailure(tally: Tally, row: LogRow): void {
    tally.failed += 1;
    const reason = cut(row.reason ?? '');
    const last = tally.failure;
    const later = last === null || row.timeMs > last.atMs;
    if (later || (row.timeMs === last.atMs && compareTexts(reason, last.reason) > 0)) {
      tally.failure = { atMs: row.timeMs, reason };
    }
  }
}

function resumed(client: ClientTruth): Tally {
  const { family, number, address: canonical, lastFailure } = client;
  return {
    address: { family, value: BigInt(number), canonical, logged: family === 6 ? `[${canonical}]` : canonical },
    connections: client.connections,
    rows: client.rows,
    commands: client.commands,
    succeeded: client.logins.succeeded,
    failed: client.logins.failed,
    received: client.bytes.received,
    sent: client.bytes.sent,
    firstMs: Date.parse(client.firstSeen),
    lastMs: Date.parse(client.lastSeen),
    users: new Map(client.users.map((user) => [user.toLowerCase(), user])),
    endpoints: new Set(client.endpoints),
    lastUser: '',
    lastServer: null,
    failure: lastFailure === null ? null : { atMs: Date.parse(lastFailure.at), reason: lastFailure.reason },
  };
}

/** All accounts of a world. */
export class Ledger {
  readonly #sources: (SourceLedger | SmtpSourceLedger)[];

  /** `earlier`: the truth of what the files hold already. */
  constructor(earlier: Truth | null = null) {
    this.#sources = (earlier?.sources ?? []).map((source) => {
      const clients = earlier?.clients ?? [];
      const { server, protocol } = source;
      const ledger = protocol === 'smtp' ? new SmtpSourceLedger(server) : new SourceLedger(server, protocol);
      ledger.resume(
        source,
        clients.filter((client) => client.server === source.server && client.protocol === source.protocol),
      );
      return ledger;
    });
  }

  open(server: string, protocol: LoggedProtocol): SourceLedger {
    const known = this.#sources.find((source) => source.server === server && source.protocol === protocol);
    if (known instanceof SourceLedger) return known;
    const source = new SourceLedger(server, protocol);
    this.#sources.push(source);
    return source;
  }

  openSmtp(server: string): SmtpSourceLedger {
    const known = this.#sources.find((source) => source.server === server && source.protocol === 'smtp');
    if (known instanceof SmtpSourceLedger) return known;
    const source = new SmtpSourceLedger(server);
    this.#sources.push(source);
    return source;
  }

  truth(): Truth {
    const sources = this.#sources.toSorted(
      (a, b) => compareTexts(a.protocol, b.protocol) || compareTexts(a.server, b.server),
    );
    return {
      schema: 'straggler.truth.v1',
      clients: sources.flatMap((source) => source.clients()),
      sources: sources.map((source) => source.source()),
    };
  }
}

/** The simulator's own probes are called so, with or without a domain. */
function isHealthMailbox(user: string): boolean {
  return user.slice(user.lastIndexOf('\\') + 1).startsWith('HealthMailbox');
}
