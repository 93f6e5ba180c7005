/**
 * The committed sightings, by client, and their places in the counted sets. Everything that is shown comes from here;
 * it changes only by `commit`, and by a reclassification when the inventory or our own addresses change.
 */
import type { CommittedSighting, CommittedSightings } from '../delivery/counting.ts';
import type { Protocol } from '../event/protocol.ts';
import { type Status, statuses } from '../inventory/status.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { CountedSets } from './counted-sets.ts';
import { NewestUnknown } from './newest-unknown.ts';
import { SumsByServer } from './sums.ts';

/**
 * One address with all its sightings; `statuses` runs beside `sightings`. Neither grows in its place: a list that does
 * keeps room for sixteen more, and there may be a million clients.
 */
export interface ClientRecord {
  readonly address: string;
  /** Dense number in the counted sets. */
  readonly number: number;
  sightings: Sighting[];
  statuses: readonly Status[];
}

/** Decides statuses; owned by the collector, which knows inventory and own addresses. */
export interface Classifier {
  statusOf(sighting: Sighting): Status;
  /** Takes the local addresses that a sighting shows; answers those that were new, whose clients may change status. */
  learn(sighting: Sighting): readonly string[];
}

const real: ReadonlySet<Status> = new Set(['unknown', 'acknowledged', 'known']);

function isReal(status: Status): boolean {
  return real.has(status);
}

const noStatuses: readonly Status[] = [];
/** Lists of statuses that occur; short ones, of which there are few. */
const statusLists = new Map<string, readonly Status[]>();
const sharedLengthMax = 4;

/** The one list for all clients with these statuses. */
function shared(list: readonly Status[]): readonly Status[] {
  if (list.length > sharedLengthMax) return list;
  const key = list.join();
  const known = statusLists.get(key);
  if (known === undefined) statusLists.set(key, list);
  return known ?? list;
}

/** The status of a client in a set: the first, by precedence, of its sightings in it. */
export function statusOver(record: ClientRecord, inSet: (sighting: Sighting) => boolean): Status {
  let first = statuses.length - 1;
  for (const [index, sighting] of record.sightings.entries()) {
    if (inSet(sighting)) first = Math.min(first, statuses.indexOf(record.statuses[index] ?? 'probe'));
  }
  return statuses[first] ?? 'probe';
}

export class ClientStore implements CommittedSightings {
  readonly sets: CountedSets;
  readonly sums = new SumsByServer();
  readonly #classifier: Classifier;
  readonly #onFirstSeen: (sighting: Sighting) => void;
  readonly #byAddress = new Map<string, ClientRecord>();
  readonly #newest: NewestUnknown;
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

  get size(): number {
    return this.#byAddress.size;
  }

  records(): Iterable<ClientRecord> {
    return this.#byAddress.values();
  }

  record(address: string): ClientRecord | undefined {
    return this.#byAddress.get(address);
  }

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.#byAddress
      .get(address)
      ?.sightings.find((sighting) => sighting.protocol === protocol && sighting.server === server);
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
    for (const { sighting } of changes) for (const own of this.#classifier.learn(sighting)) ownAddresses.add(own);
    for (const { sighting, firstSeenLive } of changes) {
      const status = this.#put(sighting);
      if (firstSeenLive && status === 'unknown') this.#onFirstSeen(sighting);
    }
    for (const address of ownAddresses) {
      const record = this.#byAddress.get(address);
      if (record !== undefined) this.#reclassify(record);
    }
    this.version++;
  }

  /** Decides every status anew: the inventory, or who we are, has changed. */
  reclassifyAll(): void {
    for (const record of this.#byAddress.values()) this.#reclassify(record);
    this.version++;
  }

  *#unknown(): Generator<Sighting> {
    for (const { sightings, statuses: own } of this.#byAddress.values()) {
      for (const [index, sighting] of sightings.entries()) if (own[index] === 'unknown') yield sighting;
    }
  }

  #put(sighting: Sighting): Status {
    const { address, protocol, server } = sighting;
    let record = this.#byAddress.get(address);
    if (record === undefined) {
      record = { address, number: this.#byAddress.size, sightings: [], statuses: noStatuses };
      this.#byAddress.set(address, record);
    }
    let index = record.sightings.findIndex((other) => other.protocol === protocol && other.server === server);
    if (index < 0) index = record.sightings.length;
    this.sums.replace(record.sightings[index], sighting);
    const status = this.#classifier.statusOf(sighting);
    this.#newest.changed(record.sightings[index], record.statuses[index], sighting, status);
    if (index < record.sightings.length) record.sightings[index] = sighting;
    else record.sightings = record.sightings.toSpliced(index, 0, sighting);
    if (record.statuses[index] !== status) record.statuses = shared(record.statuses.toSpliced(index, 1, status));
    for (const set of this.sets.ofSighting(server, protocol)) this.#place(record, set, sighting.lastSeen);
    this.#placeBothRoles(record);
    return status;
  }

  #place(record: ClientRecord, set: number, lastSeen: number): void {
    const { rolling } = this.sets;
    const entry = rolling.enter(set, record.number, statuses.length - 1);
    rolling.reclassify(entry, statuses.indexOf(this.#statusIn(record, set)));
    rolling.touch(entry, lastSeen);
  }

  #statusIn(record: ClientRecord, set: number): Status {
    const [first] = record.statuses;
    if (first !== undefined && record.statuses.every((status) => status === first)) return first;
    return statusOver(record, ({ server, protocol }) => this.sets.ofSighting(server, protocol).includes(set));
  }

  /** A client is on both roles in a window if the earlier of its two last times is in it. */
  #placeBothRoles(record: ClientRecord): void {
    if (record.sightings.length < 2) return;
    const last = { legacy: Number.NEGATIVE_INFINITY, new: Number.NEGATIVE_INFINITY };
    for (const { server, lastSeen } of record.sightings) {
      const role = this.sets.roleOf(server);
      if (role !== null) last[role] = Math.max(last[role], lastSeen);
    }
    const earlier = Math.min(last.legacy, last.new);
    if (earlier === Number.NEGATIVE_INFINITY) return;
    const { rolling, bothRoles, roles } = this.sets;
    const isBoth = isReal(this.#statusIn(record, roles.legacy)) && isReal(this.#statusIn(record, roles.new));
    const entry = rolling.enter(bothRoles, record.number, statuses.length - 1);
    rolling.reclassify(entry, statuses.indexOf(isBoth ? 'known' : 'probe'));
    rolling.touch(entry, earlier);
  }

  #reclassify(record: ClientRecord): void {
    const { rolling, bothRoles } = this.sets;
    const { sightings, statuses: before } = record;
    record.statuses = shared(sightings.map((sighting) => this.#classifier.statusOf(sighting)));
    for (const [index, sighting] of sightings.entries()) {
      this.#newest.changed(sighting, before[index], sighting, record.statuses[index] ?? 'probe');
    }
    for (let entry = rolling.firstEntry(record.number); entry >= 0; entry = rolling.nextEntry(entry)) {
      const set = rolling.setOf(entry);
      if (set !== bothRoles) rolling.reclassify(entry, statuses.indexOf(this.#statusIn(record, set)));
    }
    this.#placeBothRoles(record);
  }
}
