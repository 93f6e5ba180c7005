import type { ReaderCaches } from './reader-caches.ts';
import { readWholeNumber } from './whole-number.ts';

const colon = 0x3a;
const portMax = 65_535;

/** Reads a client's end of a connection, `10.1.2.3:51234`, without making a text of it for each row. */
export class PeerReader {
  /** Of the peer that was read last; 0 when it named none. */
  port = 0;
  readonly #caches: ReaderCaches;

  constructor(caches: ReaderCaches) {
    this.#caches = caches;
  }

  /** The canonical address, null when it is none. Split at the last colon; an address that stands alone has port 0. */
  read(bytes: Buffer, start: number, end: number): string | null {
    let split = end - 1;
    while (split > start && bytes[split] !== colon) split--;
    const port = readWholeNumber(bytes, split + 1, end);
    if (split > start && port !== -1 && port <= portMax) {
      const address = this.#caches.addresses.get(bytes, start, split);
      if (address !== null) {
        this.port = port;
        return address;
      }
    }
    this.port = 0;
    return this.#caches.addresses.get(bytes, start, end);
  }
}
