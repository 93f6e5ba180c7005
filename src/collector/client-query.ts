/**
 * The list of clients: filtered, searched, sorted and paged where the data is. A page begins behind the last client of
 * the page before (its sort value and address stand in the cursor), so clients that come or go meanwhile shift nothing.
 */
import { compareAddresses } from '../event/address.ts';
import { Problem } from '../http/problem.ts';
import { statuses } from '../inventory/status.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { ClientRecord, ClientStore } from './client-store.ts';
import { type Naming, viewClient } from './client-view.ts';
import type { ClientPage, ClientQuery, ClientSort } from './views.ts';

interface Ranked {
  readonly record: ClientRecord;
  readonly value: number;
}

/** Tells whether a client, with its sightings that are shown, is searched for. */
export type Search = (record: ClientRecord, shown: (sighting: Sighting) => boolean) => boolean;

type SortValue = (record: ClientRecord, shown: (sighting: Sighting) => boolean, status: number) => number;

function over(figure: (sighting: Sighting) => number, fold: (left: number, right: number) => number, start: number) {
  return (record: ClientRecord, shown: (sighting: Sighting) => boolean): number => {
    let value = start;
    for (const sighting of record.sightings) if (shown(sighting)) value = fold(value, figure(sighting));
    return value;
  };
}

const sortValues: Readonly<Record<ClientSort, SortValue>> = {
  lastSeen: over((sighting) => sighting.lastSeen, Math.max, Number.NEGATIVE_INFINITY),
  firstSeen: over((sighting) => sighting.firstSeen, Math.min, Number.POSITIVE_INFINITY),
  connections: over(
    (sighting) => sighting.connections,
    (left, right) => left + right,
    0,
  ),
  rows: over(
    (sighting) => sighting.rows,
    (left, right) => left + right,
    0,
  ),
  status: (_record, _shown, status) => status,
  // Clients with the same value stand by address: here all have.
  address: () => 0,
};

function compare(left: Ranked, right: Ranked, descending: boolean): number {
  if (left.value !== right.value) return descending ? right.value - left.value : left.value - right.value;
  return compareAddresses(left.record.address, right.record.address);
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

function writeCursor({ value, record }: Ranked): string {
  return Buffer.from(JSON.stringify([value, record.address])).toString('base64url');
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

  offer(item: Ranked): void {
    const last = this.items[this.#limit - 1];
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

/** Throws a `Problem` for a cursor that is none. `windowIndex` is an index, null for all time. */
export function queryClients(
  store: ClientStore,
  naming: Naming,
  query: ClientQuery & { readonly windowIndex: number | null; readonly matches: Search },
): ClientPage {
  const { sets } = store;
  const { server = null, protocol = null, windowIndex, matches } = query;
  if (!sets.knows(server, protocol)) return { total: 0, clients: [], next: null };
  const set = sets.of(server, protocol);
  const shown = (sighting: Sighting): boolean =>
    (server === null || sighting.server === server) && (protocol === null || sighting.protocol === protocol);
  // By address "descending" must turn the order of equals, which otherwise stays ascending.
  const sign = query.sort === 'address' && query.descending ? -1 : 1;
  const order = (left: Ranked, right: Ranked): number => sign * compare(left, right, query.descending);
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const afterItem = after === null ? null : ranked(after);
  const first = new FirstOf(query.limit + 1, order);
  let total = 0;
  for (const record of store.records()) {
    const entry = sets.rolling.find(set, record.number);
    if (entry < 0 || (windowIndex !== null && !sets.rolling.isIn(entry, windowIndex))) continue;
    const status = sets.rolling.classOf(entry);
    if (query.status !== undefined && statuses[status] !== query.status) continue;
    if (!matches(record, shown)) continue;
    total++;
    const item = { record, value: sortValues[query.sort](record, shown, status) };
    if (afterItem === null || order(afterItem, item) < 0) first.offer(item);
  }
  const page = first.items.slice(0, query.limit);
  const last = page.at(-1);
  return {
    total,
    clients: page.map(({ record }) => viewClient(record, sets, naming, shown)),
    next: first.items.length > query.limit && last !== undefined ? writeCursor(last) : null,
  };
}

function ranked({ value, address }: { value: number; address: string }): Ranked {
  return { value, record: { address, number: -1, sightings: [], statuses: [] } };
}
