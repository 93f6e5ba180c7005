/** A sighting as people and programs outside get it: in a report, from the API, in an export. */
import type { Protocol } from '../event/protocol.ts';
import { timeText } from '../event/time-text.ts';
import { hintsOf } from './hints.ts';
import { type Sighting, lastFailureOf } from './sighting.ts';

/** What is said of a sighting, and not counted: never stored. */
export interface Classification<Status extends string> {
  readonly status: Status;
  /** Name and owner of the device by the inventory. */
  readonly label: string | null;
  readonly owner: string | null;
}

/** Times are ISO 8601 in UTC with milliseconds. The order of the fields is that of the report's JSON. */
export interface DescribedSighting<Status extends string> {
  readonly protocol: Protocol;
  readonly server: string;
  readonly address: string;
  readonly status: Status;
  readonly label: string | null;
  readonly owner: string | null;
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
  readonly lastFailure: { readonly at: string; readonly reason: string } | null;
  readonly messages: number;
  readonly tracked: number;
  readonly helo: readonly string[];
  readonly tls: string | null;
  readonly senders: readonly string[];
  readonly connectors: readonly string[];
}

export function describeSighting<Status extends string>(
  sighting: Sighting,
  { status, label, owner }: Classification<Status>,
): DescribedSighting<Status> {
  const { smtp } = sighting;
  const lastFailure = lastFailureOf(sighting);
  return {
    protocol: sighting.protocol,
    server: sighting.server,
    address: sighting.address,
    status,
    label,
    owner,
    hints: hintsOf(sighting),
    connections: sighting.connections,
    rows: sighting.rows,
    commands: sighting.commands,
    logins: { succeeded: sighting.loginsSucceeded, failed: sighting.loginsFailed },
    bytes: { received: sighting.bytesReceived, sent: sighting.bytesSent },
    firstSeen: timeText(sighting.firstSeen),
    lastSeen: timeText(sighting.lastSeen),
    users: sighting.users.values(),
    usersTotal: sighting.users.total,
    usersApproximate: sighting.users.approximate,
    endpoints: sighting.endpoints.values(),
    lastFailure: lastFailure === null ? null : { at: timeText(lastFailure.at), reason: lastFailure.reason },
    messages: smtp?.messages ?? 0,
    tracked: smtp?.tracked ?? 0,
    helo: smtp?.helo.values() ?? [],
    tls: tlsOf(sighting),
    senders: smtp?.senders.values() ?? [],
    connectors: smtp?.connectors.values() ?? [],
  };
}

/** `none` when a receive log names the client and no negotiation; message tracking says nothing of it. */
export function tlsOf({ rows, smtp }: Pick<Sighting, 'rows' | 'smtp'>): string | null {
  if (smtp === undefined) return null;
  return smtp.tls ?? (rows > smtp.tracked ? 'none' : null);
}
