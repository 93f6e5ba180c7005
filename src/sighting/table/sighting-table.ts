/**
 * Every committed sighting, as columns and bytes instead of objects: there may be millions of them, and as objects they
 * would take several times the memory and keep the collector of garbage busy.
 *
 * Clients (addresses) and sightings are numbered densely from 0, for ever: none is ever taken out. The sightings of a
 * client are chained in the order in which they came. A sighting that is read is an object of its own, which the reader
 * may change.
 */
import { ipv4Number } from '../../event/address.ts';
import type { Protocol } from '../../event/protocol.ts';
import type { Sighting } from '../sighting.ts';
import { ByteBlocks } from './byte-blocks.ts';
import { ByteReader } from './bytes.ts';
import { grownBytes, grownFloats, grownInts } from './columns.ts';
import { namesInclude, noFigures, readFigures, unpackSighting } from './packed-sighting.ts';
import type { Figures, PackedSighting } from './packed-sighting.ts';
import { TextNumbers } from './text-numbers.ts';

/** No sighting. */
export const none = -1;

const startCapacity = 1024;

/** A server and protocol that sightings are of. */
export interface Source {
  readonly protocol: Protocol;
  readonly server: string;
}

export class SightingTable {
  readonly clients: TextNumbers;
  readonly #sources: Source[] = [];
  readonly #sourceNumbers = new Map<Protocol, Map<string, number>>();
  readonly #blocks = new ByteBlocks();
  /** By client: one more than its first sighting; 0 = none. */
  #firsts = new Int32Array(startCapacity);
  /** By sighting: one more than the client's next; 0 = none. */
  #nexts = new Int32Array(startCapacity);
  /** By client: see `addressRank`. */
  #ranks = new Float64Array(startCapacity);
  #clientOf = new Int32Array(startCapacity);
  #sourceOf = new Int32Array(startCapacity);
  #blockOf = new Int32Array(startCapacity);
  #lengthOf = new Int32Array(startCapacity);
  #lastSeen = new Float64Array(startCapacity);
  #marks = new Uint8Array(startCapacity);
  #size = 0;
  readonly #reader = new ByteReader();
  readonly #scratch = noFigures();

  /** `seed`: see `TextNumbers`. */
  constructor(seed = 0) {
    this.clients = new TextNumbers(seed);
  }

  /** How many sightings there are. */
  get size(): number {
    return this.#size;
  }

  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** The number of a server and protocol; a new one if it has none. */
  source(protocol: Protocol, server: string): number {
    let numbers = this.#sourceNumbers.get(protocol);
    if (numbers === undefined) this.#sourceNumbers.set(protocol, (numbers = new Map()));
    let number = numbers.get(server);
    if (number === undefined) {
      number = this.#sources.push({ protocol, server }) - 1;
      numbers.set(server, number);
    }
    return number;
  }

  /** The client's first sighting, or `none`; `next` leads on. */
  first(client: number): number {
    return client < this.#firsts.length ? (this.#firsts[client] as number) - 1 : none;
  }

  next(sighting: number): number {
    return (this.#nexts[sighting] as number) - 1;
  }

  /** The client's sighting of a source, or `none`. */
  find(client: number, source: number): number {
    let sighting = this.first(client);
    while (sighting !== none && this.#sourceOf[sighting] !== source) sighting = this.next(sighting);
    return sighting;
  }

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    const client = this.clients.find(address);
    const source = this.#sourceNumbers.get(protocol)?.get(server);
    if (client === none || source === undefined) return undefined;
    const sighting = this.find(client, source);
    return sighting === none ? undefined : this.read(sighting);
  }

  /**
   * A number that rises with the address in the order of `compareAddresses`; it is the same for all that are not IPv4,
   * which come last.
   */
  addressRank(client: number): number {
    return this.#ranks[client] as number;
  }

  clientOf(sighting: number): number {
    return this.#clientOf[sighting] as number;
  }

  sourceOf(sighting: number): number {
    return this.#sourceOf[sighting] as number;
  }

  lastSeen(sighting: number): number {
    return this.#lastSeen[sighting] as number;
  }

  /** A number below 256 that the table's owner keeps for each sighting; 0 at first. */
  mark(sighting: number): number {
    return this.#marks[sighting] as number;
  }

  setMark(sighting: number, mark: number): void {
    this.#marks[sighting] = mark;
  }

  /** Fills the counts in; answers what it was given. */
  figures<Into extends Figures>(sighting: number, into: Into): Into {
    readFigures(this.#readerOf(sighting), this.lastSeen(sighting), into);
    return into;
  }

  /**
   * By sighting: 1 if one of the names of who uses the client holds `wanted`, both in lower case. All are looked at in
   * the order in which they lie in memory, which takes a fraction of the time that their order by client would.
   */
  whereNamesInclude(wanted: string): Uint8Array {
    const found = new Uint8Array(this.#size);
    for (let sighting = 0; sighting < this.#size; sighting++) {
      if (namesInclude(this.#readerOf(sighting), wanted)) found[sighting] = 1;
    }
    return found;
  }

  read(sighting: number): Sighting {
    const { protocol, server } = this.#sources[this.sourceOf(sighting)] as Source;
    const address = this.clients.text(this.clientOf(sighting));
    const beside = { protocol, server, address, lastSeen: this.lastSeen(sighting) };
    return unpackSighting(this.#readerOf(sighting), beside, this.#scratch);
  }

  /**
   * Puts a packed sighting in the place of what the client has of its source, `before` (`none`: it is added). Answers
   * its number.
   */
  put(client: number, source: number, before: number, packed: PackedSighting): number {
    const number = before === none ? this.#append(client, source) : before;
    this.#lastSeen[number] = packed.lastSeen;
    const blocks = this.#blocks;
    const { bytes, start, length } = packed;
    let block = this.#blockOf[number] as number;
    const lengthBefore = this.#lengthOf[number] as number;
    if (block === 0 || !blocks.fits(lengthBefore, length)) {
      if (block !== 0) blocks.release(block, lengthBefore);
      block = blocks.allocate(length);
      this.#blockOf[number] = block;
    }
    this.#lengthOf[number] = length;
    const page = blocks.pageOf(block);
    const place = blocks.startOf(block);
    for (let index = 0; index < length; index++) page[place + index] = bytes[start + index] as number;
    return number;
  }

  #readerOf(sighting: number): ByteReader {
    const block = this.#blockOf[sighting] as number;
    this.#reader.begin(this.#blocks.pageOf(block), this.#blocks.startOf(block));
    return this.#reader;
  }

  #append(client: number, source: number): number {
    const number = this.#size++;
    if (number >= this.#nexts.length) this.#grow(number + 1);
    if (client >= this.#firsts.length) {
      this.#firsts = grownInts(this.#firsts, client + 1);
      this.#ranks = grownFloats(this.#ranks, client + 1);
    }
    this.#clientOf[number] = client;
    this.#sourceOf[number] = source;
    let last = this.first(client);
    if (last === none) {
      this.#firsts[client] = number + 1;
      const ipv4 = ipv4Number(this.clients.text(client));
      this.#ranks[client] = ipv4 === -1 ? Number.POSITIVE_INFINITY : ipv4;
    } else {
      for (let next = this.next(last); next !== none; next = this.next(last)) last = next;
      this.#nexts[last] = number + 1;
    }
    return number;
  }

  #grow(length: number): void {
    this.#nexts = grownInts(this.#nexts, length);
    this.#clientOf = grownInts(this.#clientOf, length);
    this.#sourceOf = grownInts(this.#sourceOf, length);
    this.#blockOf = grownInts(this.#blockOf, length);
    this.#lengthOf = grownInts(this.#lengthOf, length);
    this.#lastSeen = grownFloats(this.#lastSeen, length);
    this.#marks = grownBytes(this.#marks, length);
  }
}
