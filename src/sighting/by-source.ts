import type { Protocol } from '../event/protocol.ts';
import { ByAddress } from './by-address.ts';

interface Source<Value> {
  readonly protocol: Protocol;
  readonly server: string;
  readonly addresses: ByAddress<Value>;
}

/** So many sources are looked through before they are looked up. */
const recentMax = 8;

/**
 * What is kept for each sighting, by protocol and server and then by address: to look one up no key has to be put
 * together, and events come from few sources in a row.
 */
export class BySource<Value> {
  readonly #sources = new Map<Protocol, Map<string, Source<Value>>>();
  readonly #recent: Source<Value>[] = [];
  #oldest = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(protocol: Protocol, server: string, address: string): Value | undefined {
    return this.#source(protocol, server).addresses.get(address);
  }

  /** The sighting has no value yet. */
  add(protocol: Protocol, server: string, address: string, value: Value): void {
    this.#source(protocol, server).addresses.add(address, value);
    this.#size++;
  }

  values(): Value[] {
    const values: Value[] = [];
    for (const servers of this.#sources.values()) {
      for (const { addresses } of servers.values()) for (const value of addresses) values.push(value);
    }
    return values;
  }

  #source(protocol: Protocol, server: string): Source<Value> {
    for (const one of this.#recent) if (one.server === server && one.protocol === protocol) return one;
    let servers = this.#sources.get(protocol);
    if (servers === undefined) this.#sources.set(protocol, (servers = new Map()));
    let source = servers.get(server);
    if (source === undefined) servers.set(server, (source = { protocol, server, addresses: new ByAddress() }));
    this.#recent[this.#oldest] = source;
    this.#oldest = (this.#oldest + 1) % recentMax;
    return source;
  }
}
