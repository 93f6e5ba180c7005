import { isLoopback } from '../event/address.ts';
import type { Inventory } from './inventory.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { RangeMap } from './range-map.ts';
import type { Status } from './status.ts';

/** What of a sighting decides its status. */
export interface Classified {
  readonly server: string;
  readonly address: string;
  readonly hasUser: boolean;
}

/** What we know beside the logs. */
export interface Knowledge {
  readonly inventory: Inventory;
  readonly own: OwnAddresses;
  /** Configured balancers and canaries. */
  readonly probes: RangeMap<unknown>;
}

/**
 * The status of a sighting, computed when it is shown and never stored. It follows from who the client is, never from
 * how it behaves: the old copier whose TLS fails looks exactly like a balancer.
 *
 * - `proxied`: the address of another of our servers, which passes on clients of its own;
 * - `probe`: a configured balancer or canary; or the server itself (its own address, loopback) as long as nobody ever
 *   logged in from there: a program on the server that does log in is a client like any other;
 * - else what the inventory says at this moment.
 */
export function statusOf(sighting: Classified, { inventory, own, probes }: Knowledge, nowMs: number): Status {
  const { server, address, hasUser } = sighting;
  const relation = isLoopback(address) ? 'own' : own.relation(server, address);
  if (relation === 'another') return 'proxied';
  if (relation === 'own' && !hasUser) return 'probe';
  if (probes.find(address) !== undefined) return 'probe';
  return inventory.standing(address, nowMs).status;
}
