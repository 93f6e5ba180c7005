import { isLoopback } from '../event/address.ts';
import { parseEndpoint } from '../event/endpoint.ts';
import type { AddressRange } from './address-range.ts';
import { RangeMap } from './range-map.ts';

/** An address or range that was configured as ours; `server` is its key, or null when it is not said whose it is. */
export interface ConfiguredAddress {
  readonly server: string | null;
  readonly range: AddressRange;
}

/** How an address relates to a server: `own` = its own, `another` = of another of our servers, `foreign` = not ours. */
export type Relation = 'own' | 'another' | 'foreign';

/** Beyond this no more are learnt: a log that names more local addresses is broken. */
export const ownAddressesMax = 10_000;

/**
 * The addresses of our own servers: those configured, and every local address that a client dialled in any log. An
 * address may belong to several servers (a service address behind a balancer).
 *
 * Loopback is not among them: every server has it, and it means something only together with its server.
 */
export class OwnAddresses {
  readonly #configured: RangeMap<ReadonlySet<string | null>>;
  /** Address -> servers that were dialled at it. */
  readonly #learnt = new Map<string, Set<string>>();
  /** Per server the endpoints that were looked at: nearly every call brings nothing new. */
  readonly #seen = new Map<string, Set<string>>();
  #overflowed = false;

  constructor(configured: readonly ConfiguredAddress[]) {
    const byRange = new Map<string, [AddressRange, Set<string | null>]>();
    for (const { server, range } of configured) {
      const key = `${range.first}-${range.last}`;
      const entry = byRange.get(key) ?? [range, new Set()];
      entry[1].add(server);
      byRange.set(key, entry);
    }
    this.#configured = new RangeMap(byRange.values());
  }

  /** `ownAddressesMax` was hit: some local addresses are not known as ours. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /**
   * Takes in the endpoints (`address:port`) that were dialled on a server. Answers the addresses that are new for it:
   * the status of clients with these addresses may have changed, of no others.
   */
  learn(server: string, endpoints: readonly string[]): readonly string[] {
    let seen = this.#seen.get(server);
    if (seen === undefined) this.#seen.set(server, (seen = new Set()));
    const added: string[] = [];
    for (const endpoint of endpoints) {
      if (seen.has(endpoint)) continue;
      const address = parseEndpoint(endpoint)?.address;
      if (address !== undefined && this.#add(server, address)) added.push(address);
      if (seen.size < ownAddressesMax) seen.add(endpoint);
    }
    return added;
  }

  relation(server: string, address: string): Relation {
    const learnt = this.#learnt.get(address);
    const configured = this.#configured.find(address);
    if (learnt?.has(server) === true || configured?.has(server) === true) return 'own';
    return learnt !== undefined || configured !== undefined ? 'another' : 'foreign';
  }

  #add(server: string, address: string): boolean {
    if (isLoopback(address) || address === '0.0.0.0' || address === '::') return false;
    const servers = this.#learnt.get(address);
    if (servers !== undefined) {
      if (servers.has(server)) return false;
      servers.add(server);
      return true;
    }
    if (this.#learnt.size >= ownAddressesMax) {
      this.#overflowed = true;
      return false;
    }
    this.#learnt.set(address, new Set([server]));
    return true;
  }
}
