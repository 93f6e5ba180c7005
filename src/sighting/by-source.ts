import type { Protocol } from '../event/protocol.ts';

/**
 * What is kept for each sighting, by protocol and server and then by address: to look one up no key has to be put
 * together, and events come from one source many times in a row.
 */
export class BySource<Value> {
  readonly #sources = new Map<Protocol, Map<string, Map<string, Value>>>();
  #protocol: Protocol | null = null;
  #server = '';
  #addresses = new Map<string, Value>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(protocol: Protocol, server: string, address: string): Value | undefined {
    this.#turnTo(protocol, server);
    return this.#addresses.get(address);
  }

  /** The sighting has no value yet. */
  add(protocol: Protocol, server: string, address: string, value: Value): void {
    this.#turnTo(protocol, server);
    this.#addresses.set(address, value);
    this.#size++;
  }

  values(): Value[] {
    const values: Value[] = [];
    for (const servers of this.#sources.values()) {
      for (const addresses of servers.values()) for (const value of addresses.values()) values.push(value);
    }
    return values;
  }

  #turnTo(protocol: Protocol, server: string): void {
    if (protocol === this.#protocol && server === this.#server) return;
    let servers = this.#sources.get(protocol);
    if (servers === undefined) this.#sources.set(protocol, (servers = new Map()));
    let addresses = servers.get(server);
    if (addresses === undefined) servers.set(server, (addresses = new Map()));
    this.#protocol = protocol;
    this.#server = server;
    this.#addresses = addresses;
  }
}
