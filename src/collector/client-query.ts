/**
 * The list of clients: filtered, searched, sorted and paged where the data is. A page begins behind the last client of
 * the page before (its sort value and address stand in the cursor), so clients that come or go meanwhile shift nothing.
 */
import { compareAddresses } from '../event/address.ts';
import { Problem } from '../http/problem.ts';
import { statuses } from '../inventory/status.ts';
import type { Sighting } from '../sighting/sighting.ts';
import { noFigures } from '../sighting/table/packed-sighting.ts';
import { none, type SightingTable } from '../sighting/table/sighting-table.ts';
import type { ClientStore } from './client-store.ts';
import { type Naming, viewClient } from './client-view.ts';
import type { ClientPage, ClientQuery, ClientSort } from './views.ts';

interface Ranked {
  readonly client: number;
  /** `addressRank`. */
  readonly rank: number;
  readonly value: number;
  readonly address: string;
}

/** Tells whether a client, with its sightings that are shown, is searched for. */
export type Search = (client: number, shown: Shown) => boolean;

/** Whether a sighting, by its number, is of what is asked for. */
type Shown = (sighting: number) => boolean;

type Figure = (table: SightingTable, sighting: number) => number;

interface SortValue {
  readonly figure: Figure;
  readonly fold: (left: number, right: number) => number;
  readonly start: number;
}

/** One client of so many is looked at before the others. */
const sampleEvery = 64;

const figures = noFigures();
const sum = (left: number, right: number): number => left + right;
/** Clients with the same value stand by address: by address all have. */
const byAddress: SortValue = { figure: () => 0, fold: sum, start: 0 };

const sortValues: Readonly<Record<ClientSort, SortValue>> = {
  lastSeen: {
    figure: (table, sighting) => table.lastSeen(sighting),
    fold: Math.max,
    start: Number.NEGATIVE_INFINITY,
  },
  firstSeen: {
    figure: (table, sighting) => table.figures(sighting, figures).firstSeen,
    fold: Math.min,
    start: Number.POSITIVE_INFINITY,
  },
  connections: { figure: (table, sighting) => table.figures(sighting, figures).connections, fold: sum, start: 0 },
  rows: { figure: (table, sighting) => table.figures(sighting, figures).rows, fold: sum, start: 0 },
  // It is not of the sightings, but of the client in the set that is asked for.
  status: byAddress,
  address: byAddress,
};

function valueOf({ figure, fold, start }: SortValue, table: SightingTable, client: number, shown: Shown): number {
  let value = start;
  for (let sighting = table.first(client); sighting !== none; sighting = table.next(sighting)) {
    if (shown(sighting)) value = fold(value, figure(table, sighting));
  }
  return value;
}

function compare(left: Ranked, right: Ranked, descending: boolean): number {
  if (left.value !== right.value) return descending ? right.value - left.value : left.value - right.value;
  return compareAddresses(left.address, right.address);
}

function readCursor(cursor: string): { value: number; address: string } {
  try {
    const [value, address] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if (typeof value === 'number' && typeof address === 'string') return { value, address };
  } catch {
    // Said below, as for any other text that is no cursor.
  }
  throw new Problem(400, 'The cursor is not one that this server gave.');
}

function writeCursor({ value, address }: Ranked): string {
  return Buffer.from(JSON.stringify([value, address])).toString('base64url');
}

/** Keeps the first `limit` of all that are offered, in order. */
class FirstOf {
  readonly items: Ranked[] = [];
  readonly #limit: number;
  readonly #compare: (left: Ranked, right: Ranked) => number;

  constructor(limit: number, compareBy: (left: Ranked, right: Ranked) => number) {
    this.#limit = limit;
    this.#compare = compareBy;
  }

  /** The last one that is kept, once all places are taken: what does not stand before it need not be offered. */
  get last(): Ranked | undefined {
    return this.items[this.#limit - 1];
  }

  offer(item: Ranked): void {
    const { last } = this;
    if (last !== undefined && this.#compare(item, last) >= 0) return;
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.items[middle];
      if (other !== undefined && this.#compare(other, item) <= 0) low = middle + 1;
      else high = middle;
    }
    this.items.splice(low, 0, item);
    if (this.items.length > this.#limit) this.items.pop();
  }
}

/** A query with what its words mean. */
interface MeantQuery extends ClientQuery {
  /** Null for all time. */
  readonly windowIndex: number | null;
  /** Null for all clients. */
  readonly matches: Search | null;
}

/** Throws a `Problem` for a cursor that is none. */
export function queryClients(store: ClientStore, naming: Naming, query: MeantQuery): ClientPage {
  const { sets, table } = store;
  const { server = null, protocol = null, windowIndex, matches, sort, descending } = query;
  if (!sets.knows(server, protocol)) return { total: 0, clients: [], next: null };
  const set = sets.of(server, protocol);
  const isOfQuery = (sighting: Pick<Sighting, 'server' | 'protocol'>): boolean =>
    (server === null || sighting.server === server) && (protocol === null || sighting.protocol === protocol);
  const sources = table.sources.map(isOfQuery);
  const shown: Shown = (sighting) => sources[table.sourceOf(sighting)] === true;
  const wantedStatus = query.status === undefined ? null : statuses.indexOf(query.status);
  // By address "descending" must turn the order of equals, which otherwise stays ascending.
  const sign = sort === 'address' && descending ? -1 : 1;
  const order = (left: Ranked, right: Ranked): number => sign * compare(left, right, descending);
  const after = query.cursor === undefined ? null : { client: none, rank: 0, ...readCursor(query.cursor) };
  const first = new FirstOf(query.limit + 1, order);
  let total = 0;
  const look = (client: number): void => {
    const entry = sets.rolling.find(set, client);
    if (entry < 0 || (windowIndex !== null && !sets.rolling.isIn(entry, windowIndex))) return;
    const status = sets.rolling.classOf(entry);
    if (wantedStatus !== null && status !== wantedStatus) return;
    if (matches !== null && !matches(client, shown)) return;
    total++;
    const value = sort === 'status' ? status : valueOf(sortValues[sort], table, client, shown);
    const rank = table.addressRank(client);
    // Most are behind the last one by value and rank alone, and their address need not be known.
    const { last } = first;
    if (last !== undefined) {
      if (descending ? value < last.value : value > last.value) return;
      if (value === last.value && (sign > 0 ? rank > last.rank : rank < last.rank)) return;
    }
    const item = { client, rank, value, address: table.clients.text(client) };
    if (after === null || order(after, item) < 0) first.offer(item);
  };
  // A sample first: in whatever order clients came, most of the others are then behind the last one that is kept.
  for (let client = 0; client < store.size; client += sampleEvery) look(client);
  for (let client = 0; client < store.size; client++) if (client % sampleEvery !== 0) look(client);
  const page = first.items.slice(0, query.limit);
  const end = page.at(-1);
  return {
    total,
    clients: page.map(({ client }) => viewClient(store.record(client), sets, naming, isOfQuery)),
    next: first.items.length > query.limit && end !== undefined ? writeCursor(end) : null,
  };
}
