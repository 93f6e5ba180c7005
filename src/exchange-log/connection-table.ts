import { hashBytes, sameBytes } from './byte-cache.ts';
import type { RowFields } from './row.ts';

/**
 * The open connections of one slice, found by the raw bytes of the fields that identify one (session, addresses): no
 * text is made of them for each row. Of several with the same bytes only the newest can be found.
 */
export class ConnectionTable<Connection> {
  readonly #bytes: Buffer;
  readonly #byHash = new Map<number, Entry<Connection>>();
  #columns: readonly number[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Which fields identify a connection, always as many; -1 = the rows have no such field. */
  useColumns(columns: readonly number[]): void {
    this.#columns = columns;
  }

  hash(fields: RowFields): number {
    let hash = 0;
    for (const column of this.#columns) {
      if (column !== -1) hash = hashBytes(this.#bytes, fields.start(column), fields.end(column), hash);
    }
    return hash;
  }

  find(hash: number, fields: RowFields): Connection | undefined {
    let entry = this.#byHash.get(hash);
    while (entry !== undefined && !this.#isOf(entry, fields)) entry = entry.nextOfHash;
    return entry?.connection;
  }

  add(hash: number, fields: RowFields, connection: Connection): void {
    const place: number[] = [];
    for (const column of this.#columns) {
      place.push(column === -1 ? 0 : fields.start(column), column === -1 ? 0 : fields.end(column));
    }
    this.#byHash.set(hash, { place, connection, nextOfHash: this.#byHash.get(hash) });
  }

  #isOf({ place }: Entry<Connection>, fields: RowFields): boolean {
    const bytes = this.#bytes;
    const columns = this.#columns;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as number;
      const start = column === -1 ? 0 : fields.start(column);
      const end = column === -1 ? 0 : fields.end(column);
      if (!sameBytes(bytes, place[2 * index] as number, place[2 * index + 1] as number, bytes, start, end))
        return false;
    }
    return true;
  }
}

interface Entry<Connection> {
  /** Start and end of each identifying field of the first row. */
  readonly place: readonly number[];
  readonly connection: Connection;
  readonly nextOfHash: Entry<Connection> | undefined;
}
