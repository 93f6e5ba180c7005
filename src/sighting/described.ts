/** A sighting as people and programs outside get it: in a report, from the API, in an export. */
import type { Protocol } from '../event/protocol.ts';
import { timeText } from '../event/time-text.ts';
import { hintsOf } from './hints.ts';
import type { Sighting } from './sighting.ts';

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
  const { lastFailure } = sighting;
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
    messages: 0,
    tracked: 0,
    helo: [],
    tls: null,
    senders: [],
    connectors: [],
  };
}
