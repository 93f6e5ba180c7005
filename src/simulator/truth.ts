import { renameSync, writeFileSync } from 'node:fs';
import type { LoggedProtocol } from './log-row.ts';

export type TruthProtocol = LoggedProtocol | 'smtp';

/** A failure, with the time as text. */
export interface FailureTruth {
  readonly at: string;
  readonly reason: string;
}

/** What only SMTP has. */
export interface SmtpTruth {
  /** Rows of receive logs; the others are of message tracking. */
  readonly receiveRows: number;
  readonly messages: number;
  readonly tracked: number;
  readonly helo: readonly string[];
  /** Highest version negotiated. */
  readonly tls: string | null;
  readonly senders: readonly string[];
  readonly connectors: readonly string[];
  /** The latest remark on a failed login; `lastFailure` is the latest refusing reply. */
  readonly notice: FailureTruth | null;
}

/** What a reader of the logs must find for one server, protocol and client address. Times are ISO 8601, UTC. */
export interface ClientTruth {
  readonly protocol: TruthProtocol;
  readonly server: string;
  readonly address: string;
  /** Family and number of the address: clients are in the order protocol, server, family, number. */
  readonly family: 4 | 6;
  readonly number: string;
  readonly connections: number;
  readonly rows: number;
  readonly commands: number;
  readonly logins: { readonly succeeded: number; readonly failed: number };
  readonly bytes: { readonly received: number; readonly sent: number };
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** All of them, one spelling each, by code point. Live state keeps 16 at most. */
  readonly users: readonly string[];
  readonly hasUser: boolean;
  readonly endpoints: readonly string[];
  readonly lastFailure: FailureTruth | null;
  readonly smtp?: SmtpTruth;
}

/** What a reader must find in the files of one server and protocol. */
export interface SourceTruth {
  readonly protocol: TruthProtocol;
  readonly server: string;
  readonly files: number;
  readonly rows: number;
  readonly firstRow: string | null;
  readonly lastRow: string | null;
  readonly badRows: number;
  /** Bad rows by the kind of oddity that was written. */
  readonly badRowsByKind: Readonly<Record<string, number>>;
  /** Rows that count in full although a size could not be read (0 is counted), there were columns too many, or NULs. */
  readonly unreadableSizes: number;
  readonly rowsWithExtraColumns: number;
  readonly rowsWithNulHead: number;
  /** Rows of message tracking that count for nobody. */
  readonly ignoredRows: number;
  /** Files that are ignored: of back ends, of what the server sends. */
  readonly backEndFiles: number;
  readonly backEndRows: number;
}

export interface Truth {
  readonly schema: 'straggler.truth.v1';
  readonly clients: readonly ClientTruth[];
  readonly sources: readonly SourceTruth[];
}

/** A client entry in the spelling of a JSON report, without what the inventory decides (status, label, owner). */
export interface ExpectedClient {
  readonly protocol: TruthProtocol;
  readonly server: string;
  readonly address: string;
  readonly hints: readonly string[];
  readonly connections: number;
  readonly rows: number;
  readonly commands: number;
  readonly logins: { readonly succeeded: number; readonly failed: number };
  readonly bytes: { readonly received: number; readonly sent: number };
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly users: readonly string[];
  readonly usersTotal: number;
  readonly usersApproximate: boolean;
  readonly endpoints: readonly string[];
  readonly lastFailure: FailureTruth | null;
  readonly messages: number;
  readonly tracked: number;
  readonly helo: readonly string[];
  readonly tls: string | null;
  readonly senders: readonly string[];
  readonly connectors: readonly string[];
}

/** The clients of a report over all that was written, in a report's order: for `deepEqual`. */
export function expectedClients(truth: Truth): ExpectedClient[] {
  return truth.clients.map((client) => ({
    protocol: client.protocol,
    server: client.server,
    address: client.address,
    hints: hintsOf(client),
    connections: client.connections,
    rows: client.rows,
    commands: client.commands,
    logins: client.logins,
    bytes: client.bytes,
    firstSeen: client.firstSeen,
    lastSeen: client.lastSeen,
    users: client.users,
    usersTotal: client.users.length,
    usersApproximate: false,
    endpoints: client.endpoints,
    lastFailure: client.smtp?.notice ?? client.lastFailure,
    messages: client.smtp?.messages ?? 0,
    tracked: client.smtp?.tracked ?? 0,
    helo: client.smtp?.helo ?? [],
    tls: tlsOf(client.smtp),
    senders: client.smtp?.senders ?? [],
    connectors: client.smtp?.connectors ?? [],
  }));
}

function tlsOf(smtp: SmtpTruth | undefined): string | null {
  if (smtp === undefined) return null;
  return smtp.tls ?? (smtp.receiveRows > 0 ? 'none' : null);
}

function hintsOf(client: ClientTruth): string[] {
  const hints: string[] = [];
  if (client.protocol === 'smtp') return hints;
  if (client.connections > 0 && client.commands === 0) hints.push('opens only');
  if (client.commands > 0 && client.logins.succeeded + client.logins.failed === 0) hints.push('never logged in');
  if (client.logins.failed > 0 && client.logins.succeeded === 0) hints.push('logins fail');
  return hints;
}

/** Writes the truth so that a reader sees the old file or the new one, never a part. */
export function writeTruth(path: string, truth: Truth): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(truth, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}
