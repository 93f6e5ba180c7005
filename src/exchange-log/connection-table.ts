import type { RowFields } from './row.ts';
import { hashBytes, sameBytes } from './words.ts';

/**
 * The open connections of one slice, found by the raw bytes of the fields that identify one (session, addresses): no
 * text is made of them for each row. Of several with the same bytes only the newest can be found.
 *
 * An open hash table in flat arrays, since each row of each log looks into it.
 */
export class ConnectionTable<Connection> {
  readonly #bytes: Buffer;
  readonly #connections: Connection[] = [];
  #columns: readonly number[] = [];
  /** Start and end of each identifying field of a connection's first row, connection by connection. */
  #places = new Int32Array(0);
  #hashes = new Int32Array(slotsMin / 2);
  /** One more than the number of the connection, so that 0 is an empty slot. A power of two, half of it empty. */
  #slots = new Int32Array(slotsMin);

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Which fields identify a connection, always as many; -1 = the rows have no such field. */
  useColumns(columns: readonly number[]): void {
    this.#columns = columns;
    if (this.#places.length === 0) this.#places = new Int32Array(this.#hashes.length * 2 * columns.length);
  }

  hash(fields: RowFields): number {
    const columns = this.#columns;
    let hash = 0;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as number;
      if (column !== -1) hash = hashBytes(this.#bytes, fields.start(column), fields.end(column), hash);
    }
    return hash;
  }

  find(hash: number, fields: RowFields): Connection | undefined {
    const number = this.#slots[this.#slot(hash, fields)] as number;
    return number === 0 ? undefined : this.#connections[number - 1];
  }

  add(hash: number, fields: RowFields, connection: Connection): void {
    const number = this.#connections.length;
    if (number === this.#hashes.length) this.#grow();
    const columns = this.#columns;
    const place = 2 * number * columns.length;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as number;
      this.#places[place + 2 * index] = column === -1 ? 0 : fields.start(column);
      this.#places[place + 2 * index + 1] = column === -1 ? 0 : fields.end(column);
    }
    this.#hashes[number] = hash;
    this.#connections.push(connection);
    this.#slots[this.#slot(hash, fields)] = number + 1;
  }

  /** The slot of a connection with these fields, or the empty one that would be its. */
  #slot(hash: number, fields: RowFields): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number === 0 || (this.#hashes[number - 1] === hash && this.#isOf(number - 1, fields))) return slot;
    }
  }

  #isOf(number: number, fields: RowFields): boolean {
    const columns = this.#columns;
    const places = this.#places;
    let place = 2 * number * columns.length;
    for (let index = 0; index < columns.length; index++, place += 2) {
      const column = columns[index] as number;
      const start = column === -1 ? 0 : fields.start(column);
      const end = column === -1 ? 0 : fields.end(column);
      if (!sameBytes(this.#bytes, places[place] as number, places[place + 1] as number, start, end)) return false;
    }
    return true;
  }

  /** A slot that was given up for a newer connection with the same bytes is not kept. */
  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (const number of this.#slots) {
      if (number === 0) continue;
      let slot = (this.#hashes[number - 1] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
    this.#hashes = grown(this.#hashes);
    this.#places = grown(this.#places);
  }
}

const slotsMin = 64;

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
