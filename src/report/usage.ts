import { type Status, statuses } from '../inventory/status.ts';

/** Clients of one server and protocol by status, before `--only`. */
export interface Usage {
  readonly server: string;
  readonly protocol: string;
  readonly clients: Readonly<Record<Status, number>>;
}

export function noClients(): Record<Status, number> {
  return Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>;
}
