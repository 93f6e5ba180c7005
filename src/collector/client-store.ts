/**
 * The committed sightings, by client, and their places in the counted sets. Everything that is shown comes from here;
 * it changes only by `commit`, and by a reclassification when the inventory or our own addresses change.
 *
 * Clients and sightings are numbers (`SightingTable`): there may be a million of them. The mark of a sighting is the
 * place of its status in `statuses`.
 */
import { randomInt } from 'node:crypto';
import type { CommittedSighting, CommittedSightings } from '../delivery/counting.ts';
import type { Protocol } from '../event/protocol.ts';
import { type Status, statuses } from '../inventory/status.ts';
import type { Sighting } from '../sighting/sighting.ts';
import { ByteReader } from '../sighting/table/bytes.ts';
import { PackedPageReader } from '../sighting/table/packed-page.ts';
import {
  type Figures,
  noFigures,
  packedHasUser,
  type PackedSighting,
  Packer,
  readEndpoints,
  readFigures,
  seekEndpoints,
  skipTexts,
} from '../sighting/table/packed-sighting.ts';
import { none, SightingTable, type Source } from '../sighting/table/sighting-table.ts';
import type { CountedSets } from './counted-sets.ts';
import { type ListedSighting, NewestUnknown } from './newest-unknown.ts';
import { type Sums, SumsByServer } from './sums.ts';

/** One address with all its sightings, as it is now; `statuses` runs beside `sightings`. */
export interface ClientRecord {
  readonly address: string;
  readonly sightings: readonly Sighting[];
  readonly statuses: readonly Status[];
}

type Identity = Pick<Sighting, 'protocol' | 'server' | 'address'>;

/** Decides statuses; owned by the collector, which knows inventory and own addresses. */
export interface Classifier {
  statusOf(sighting: Pick<Sighting, 'server' | 'address' | 'hasUser'>): Status;
  /** Takes the endpoints that clients dialled on a server; answers those that were new, whose clients may change status. */
  learn(server: string, endpoints: readonly string[]): readonly string[];
}

const statusPlaces = new Map(statuses.map((status, place) => [status, place]));
const unknownPlace = statuses.indexOf('unknown');
const lastPlace = statuses.length - 1;
const realPlaces: ReadonlySet<number> = new Set(
  (['unknown', 'acknowledged', 'known'] as const).map((status) => statuses.indexOf(status)),
);

function placeOf(status: Status): number {
  return statusPlaces.get(status) ?? lastPlace;
}

/** The status of a client over those of its sightings that pass: the first, by precedence. */
export function statusOver(record: ClientRecord, inSet: (sighting: Sighting) => boolean): Status {
  let first = lastPlace;
  for (const [index, sighting] of record.sightings.entries()) {
    if (inSet(sighting)) first = Math.min(first, placeOf(record.statuses[index] ?? 'probe'));
  }
  return statuses[first] ?? 'probe';
}

/** What is looked up for each server and protocol. */
interface SourcePlaces {
  /** Every set that its sightings belong to, but for the clients of both roles. */
  readonly sets: readonly number[];
  readonly sums: Sums;
  /** The packed endpoints of the sighting that was looked at last. */
  endpoints: Buffer;
}

const nothing = Buffer.alloc(0);

export class ClientStore implements CommittedSightings {
  readonly sets: CountedSets;
  readonly sums = new SumsByServer();
  /** To be read only: it changes by `commit`. */
  readonly table = new SightingTable(randomInt(2 ** 31));
  readonly #classifier: Classifier;
  readonly #onFirstSeen: (sighting: Sighting) => void;
  readonly #newest: NewestUnknown;
  readonly #bySource: SourcePlaces[] = [];
  readonly #before = noFigures();
  readonly #reader = new ByteReader();
  readonly #packer = new Packer();
  /** Counted up by every change of what is shown. */
  version = 0;

  /**
   * `onFirstSeen` hears of sightings of unknown clients that this process was the first to count, live; `newestMax`
   * unknown ones are listed.
   */
  constructor(sets: CountedSets, classifier: Classifier, onFirstSeen: (sighting: Sighting) => void, newestMax: number) {
    this.#newest = new NewestUnknown(newestMax);
    this.sets = sets;
    this.#classifier = classifier;
    this.#onFirstSeen = onFirstSeen;
  }

  /** How many clients there are; they are numbered from 0. */
  get size(): number {
    return this.table.clients.size;
  }

  /** Numbers of the client's sightings, in the order in which they came. */
  *sightingsOf(client: number): Generator<number> {
    for (let sighting = this.table.first(client); sighting !== none; sighting = this.table.next(sighting)) {
      yield sighting;
    }
  }

  statusOf(sighting: number): Status {
    return statuses[this.table.mark(sighting)] ?? 'probe';
  }

  sourceOf(sighting: number): Source {
    return this.table.sources[this.table.sourceOf(sighting)] as Source;
  }

  /** Of a client by its number. */
  record(client: number): ClientRecord {
    const sightings = [...this.sightingsOf(client)];
    return {
      address: this.table.clients.text(client),
      sightings: sightings.map((sighting) => this.table.read(sighting)),
      statuses: sightings.map((sighting) => this.statusOf(sighting)),
    };
  }

  recordOf(address: string): ClientRecord | undefined {
    const client = this.table.clients.find(address);
    return client === none ? undefined : this.record(client);
  }

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.table.get(protocol, server, address);
  }

  get unknownTotal(): number {
    return this.#newest.total;
  }

  /** The unknown sightings that were first seen last, newest first. */
  newestUnknown(): readonly Sighting[] {
    return this.#newest
      .list(() => this.#unknown())
      .map(({ protocol, server, address }) => this.get(protocol, server, address))
      .filter((sighting) => sighting !== undefined);
  }

  commit(changes: readonly CommittedSighting[]): void {
    if (changes.length === 0) return;
    const ownAddresses = new Set<string>();
    for (const { sighting } of changes) {
      const learnt = this.#classifier.learn(sighting.server, sighting.endpoints.values());
      for (const own of learnt) ownAddresses.add(own);
    }
    const packed = this.#packer;
    for (const { sighting, firstSeenLive } of changes) {
      packed.pack(sighting);
      const status = this.#put(sighting, sighting, packed);
      if (firstSeenLive && status === 'unknown') this.#onFirstSeen(sighting);
    }
    this.#finish(ownAddresses);
  }

  restore(page: Uint8Array<ArrayBuffer>): void {
    const ownAddresses = new Set<string>();
    const packed = new PackedPageReader(page);
    const after = { ...noFigures(), lastSeen: 0 };
    while (packed.next()) {
      for (const own of this.#learn(packed)) ownAddresses.add(own);
      this.#reader.begin(packed.bytes, packed.start);
      readFigures(this.#reader, packed.lastSeen, after);
      after.lastSeen = packed.lastSeen;
      this.#put(packed, after, packed);
    }
    this.#finish(ownAddresses);
  }

  #finish(ownAddresses: ReadonlySet<string>): void {
    for (const address of ownAddresses) {
      const client = this.table.clients.find(address);
      if (client !== none) this.#reclassify(client);
    }
    this.version++;
  }

  /** Nearly all sightings of a server name one and the same endpoint: then there is nothing to learn. */
  #learn(packed: PackedPageReader): readonly string[] {
    const reader = this.#reader;
    reader.begin(packed.bytes, packed.start);
    seekEndpoints(reader);
    const start = reader.at;
    skipTexts(reader);
    const places = this.#placesOf(this.table.source(packed.protocol, packed.server));
    const endpoints = packed.bytes.subarray(start, reader.at);
    if (endpoints.equals(places.endpoints)) return [];
    places.endpoints = Buffer.from(endpoints);
    reader.at = start;
    return this.#classifier.learn(packed.server, readEndpoints(reader));
  }

  /** Decides every status anew: the inventory, or who we are, has changed. */
  reclassifyAll(): void {
    for (let client = 0; client < this.size; client++) this.#reclassify(client);
    this.version++;
  }

  *#unknown(): Generator<ListedSighting> {
    for (let sighting = 0; sighting < this.table.size; sighting++) {
      if (this.table.mark(sighting) === unknownPlace) yield this.#listed(sighting);
    }
  }

  #listed(sighting: number): ListedSighting {
    const { protocol, server } = this.sourceOf(sighting);
    const address = this.table.clients.text(this.table.clientOf(sighting));
    return { protocol, server, address, firstSeen: this.table.figures(sighting, noFigures()).firstSeen };
  }

  #put(identity: Identity, after: Figures & { readonly lastSeen: number }, packed: PackedSighting): Status {
    const { address, protocol, server } = identity;
    const { table } = this;
    const client = table.clients.number(address);
    const source = table.source(protocol, server);
    const places = this.#placesOf(source);
    const known = table.find(client, source);
    const before = known === none ? undefined : table.figures(known, this.#before);
    this.sums.replace(places.sums, before, after);
    const status = this.#classifier.statusOf({ server, address, hasUser: packedHasUser(packed) });
    const { firstSeen } = after;
    const listed = before === undefined ? undefined : { protocol, server, address, firstSeen: before.firstSeen };
    const statusBefore = known === none ? undefined : this.statusOf(known);
    this.#newest.changed(listed, statusBefore, { protocol, server, address, firstSeen }, status);
    const number = table.put(client, source, known, packed);
    table.setMark(number, placeOf(status));
    for (const set of places.sets) this.#place(client, set, after.lastSeen);
    this.#placeBothRoles(client);
    return status;
  }

  #placesOf(source: number): SourcePlaces {
    let places = this.#bySource[source];
    if (places === undefined) {
      const { server, protocol } = this.table.sources[source] as Source;
      places = {
        sets: this.sets.ofSighting(server, protocol),
        sums: this.sums.expect(server, protocol),
        endpoints: nothing,
      };
      this.#bySource[source] = places;
    }
    return places;
  }

  #place(client: number, set: number, lastSeen: number): void {
    const { rolling } = this.sets;
    const entry = rolling.enter(set, client, lastPlace);
    rolling.reclassify(entry, this.#placeIn(client, set));
    rolling.touch(entry, lastSeen);
  }

  /** The place of the client's status in a set: the first, by precedence, of its sightings in it. */
  #placeIn(client: number, set: number): number {
    const { table } = this;
    let first = lastPlace;
    for (let sighting = table.first(client); sighting !== none; sighting = table.next(sighting)) {
      const place = table.mark(sighting);
      if (place < first && this.#placesOf(table.sourceOf(sighting)).sets.includes(set)) first = place;
    }
    return first;
  }

  /** A client is on both roles in a window if the earlier of its two last times is in it. */
  #placeBothRoles(client: number): void {
    const { table } = this;
    const firstSighting = table.first(client);
    if (firstSighting === none || table.next(firstSighting) === none) return;
    const last = { legacy: Number.NEGATIVE_INFINITY, new: Number.NEGATIVE_INFINITY };
    for (let sighting = firstSighting; sighting !== none; sighting = table.next(sighting)) {
      const role = this.sets.roleOf(this.sourceOf(sighting).server);
      if (role !== null) last[role] = Math.max(last[role], table.lastSeen(sighting));
    }
    const earlier = Math.min(last.legacy, last.new);
    if (earlier === Number.NEGATIVE_INFINITY) return;
    const { rolling, bothRoles, roles } = this.sets;
    const isBoth =
      realPlaces.has(this.#placeIn(client, roles.legacy)) && realPlaces.has(this.#placeIn(client, roles.new));
    const entry = rolling.enter(bothRoles, client, lastPlace);
    rolling.reclassify(entry, placeOf(isBoth ? 'known' : 'probe'));
    rolling.touch(entry, earlier);
  }

  #reclassify(client: number): void {
    const { rolling, bothRoles } = this.sets;
    for (const sighting of this.sightingsOf(client)) {
      const before = this.statusOf(sighting);
      const status = this.#classifier.statusOf(this.table.read(sighting));
      if (status === before) continue;
      const listed = this.#listed(sighting);
      this.#newest.changed(listed, before, listed, status);
      this.table.setMark(sighting, placeOf(status));
    }
    for (let entry = rolling.firstEntry(client); entry >= 0; entry = rolling.nextEntry(entry)) {
      const set = rolling.setOf(entry);
      if (set !== bothRoles) rolling.reclassify(entry, this.#placeIn(client, set));
    }
    this.#placeBothRoles(client);
  }
}
