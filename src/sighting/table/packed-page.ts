/**
 * Packed sightings with their identity, one after another in one buffer: as they go from the thread that reads a state
 * to the one that shows it, without an object for each.
 *
 *     source (0: a new one follows, protocol and server), address, lastSeen, length, packed sighting
 */
import type { Protocol } from '../../event/protocol.ts';
import { decodeSighting, UnreadableSighting } from '../codec.ts';
import { sightingKey, type Sighting } from '../sighting.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { noFigures, packPlain, packSighting, unpackSighting } from './packed-sighting.ts';
import type { PackedSighting } from './packed-sighting.ts';
import { PlainStored } from './plain-stored.ts';

export class PackedPageWriter {
  readonly #page = new ByteWriter();
  readonly #body = new ByteWriter();
  readonly #plain = new PlainStored();
  #sources = new Map<string, number>();
  #lastProtocol = '';
  #lastServer = '';
  #lastSource = 0;

  get length(): number {
    return this.#page.length;
  }

  add(sighting: Sighting): void {
    this.#body.length = 0;
    packSighting(sighting, this.#body);
    this.#source(sighting.protocol, sighting.server);
    this.#page.text(sighting.address);
    this.#finish(sighting.lastSeen);
  }

  /**
   * A sighting as `encodeSighting` stored it; where a key is given, it must be the sighting's.
   * @throws {UnreadableSighting} as `decodeSighting` does.
   */
  addStored(json: string, key: string | null = null): void {
    const plain = this.#plain;
    if (!plain.read(json)) {
      const sighting = decodeSighting(json);
      if (key !== null && key !== sightingKey(sighting.protocol, sighting.server, sighting.address)) refuseKey();
      return this.add(sighting);
    }
    if (key !== null && !plain.hasKey(key)) refuseKey();
    this.#body.length = 0;
    packPlain(plain, this.#body);
    this.#source(plain.protocol, plain.server);
    this.#page.text(json, plain.address[0], plain.address[1]);
    this.#finish(plain.lastSeen);
  }

  /** The page, in a buffer of its own; the next one begins. */
  take(): Uint8Array<ArrayBuffer> {
    const page = new Uint8Array(this.#page.length);
    page.set(this.#page.bytes.subarray(0, this.#page.length));
    this.#page.length = 0;
    this.#sources = new Map();
    this.#lastProtocol = '';
    return page;
  }

  #finish(lastSeen: number): void {
    this.#page.float(lastSeen);
    this.#page.count(this.#body.length);
    this.#page.copy(this.#body.bytes, 0, this.#body.length);
  }

  #source(protocol: Protocol, server: string): void {
    if (protocol !== this.#lastProtocol || server !== this.#lastServer) {
      const key = `${protocol}\t${server}`;
      const known = this.#sources.get(key);
      this.#lastProtocol = protocol;
      this.#lastServer = server;
      if (known === undefined) {
        this.#lastSource = this.#sources.size + 1;
        this.#sources.set(key, this.#lastSource);
        this.#page.count(0);
        this.#page.text(protocol);
        this.#page.text(server);
        return;
      }
      this.#lastSource = known;
    }
    this.#page.count(this.#lastSource);
  }
}

function refuseKey(): never {
  throw new UnreadableSighting('it stands under the key of another');
}

/** Leads through a page; its fields are those of the sighting that `next` has come to. */
export class PackedPageReader implements PackedSighting {
  readonly bytes: Buffer;
  readonly #reader = new ByteReader();
  readonly #sources: { readonly protocol: Protocol; readonly server: string }[] = [];
  protocol: Protocol = 'pop3';
  server = '';
  address = '';
  lastSeen = 0;
  start = 0;
  length = 0;

  constructor(page: Uint8Array<ArrayBuffer>) {
    this.bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
    this.#reader.begin(this.bytes, 0);
  }

  /** Goes on to the next sighting; false when there is none. */
  next(): boolean {
    const reader = this.#reader;
    reader.at = this.start + this.length;
    if (reader.at >= this.bytes.length) return false;
    const number = reader.count();
    if (number === 0) this.#sources.push({ protocol: reader.text() as Protocol, server: reader.text() });
    const source = number === 0 ? this.#sources.at(-1) : this.#sources[number - 1];
    if (source === undefined) throw new TypeError('a page of sightings names no source');
    this.protocol = source.protocol;
    this.server = source.server;
    this.address = reader.text();
    this.lastSeen = reader.float();
    this.length = reader.count();
    this.start = reader.at;
    return true;
  }

  /** The sighting, as an object of its own. */
  read(): Sighting {
    this.#reader.at = this.start;
    return unpackSighting(this.#reader, this, noFigures());
  }
}
