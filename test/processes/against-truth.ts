/** Compares what a running collector answers with the simulator's truth, field by field. */
import assert from 'node:assert/strict';
import { expectedClients, type Truth } from '../../src/simulator/truth.ts';
import { until } from './until.ts';

/** Live state keeps that many users of a client; the truth keeps all. */
const usersKept = 16;

/** A collector that runs, wherever. */
interface Collector {
  readonly log: readonly string[];
  get(path: string): Promise<Response>;
}

/** A sighting as the API answers it. */
export interface Answered {
  readonly protocol: string;
  readonly server: string;
  readonly address: string;
  readonly users: readonly string[];
  readonly [field: string]: unknown;
}

function keyOf({ protocol, server, address }: Answered): string {
  return `${protocol} ${server} ${address}`;
}

/** Without what only a collector says, and without users where it may not keep them all. */
function comparable(sighting: Answered): Record<string, unknown> {
  const { status: _status, label: _label, owner: _owner, ...counted } = sighting;
  if (Number(sighting['usersTotal']) <= usersKept) return counted;
  const { users: _users, usersTotal: _total, usersApproximate: _approximate, ...rest } = counted;
  return rest;
}

async function sightingsOf(collector: Collector): Promise<Map<string, Answered>> {
  const sightings = new Map<string, Answered>();
  let cursor = '';
  do {
    const answer = await collector.get(`/api/v1/clients?limit=1000&sort=address&cursor=${encodeURIComponent(cursor)}`);
    const page = (await answer.json()) as { clients: { sightings: Answered[] }[]; next: string | null };
    for (const client of page.clients)
      for (const sighting of client.sightings) sightings.set(keyOf(sighting), sighting);
    cursor = page.next ?? '';
  } while (cursor !== '');
  return sightings;
}

function rowsOf(sightings: Iterable<{ readonly rows: unknown }>): number {
  let rows = 0;
  for (const sighting of sightings) rows += Number(sighting.rows);
  return rows;
}

/** Compares every field of every client with the simulator's truth; see `assertClients`. */
export async function assertTruth(collector: Collector, truth: Truth, deadlineMs?: number): Promise<void> {
  await assertClients(collector, expectedClients(truth) as unknown as readonly Answered[], deadlineMs);
}

/**
 * Waits until a collector has counted as many rows as are expected (more is a failure at once), then compares every
 * field of every client.
 */
export async function assertClients(
  collector: Collector,
  expected: readonly Answered[],
  deadlineMs = 90_000,
): Promise<void> {
  const rowsExpected = rowsOf(expected as unknown as { rows: unknown }[]);
  let rows = 0;
  await until(
    () => `${rowsExpected} rows are counted; it is at ${rows}; its log:\n${collector.log.slice(-15).join('\n')}`,
    async () => {
      const { totals } = (await (await collector.get('/api/v1/summary')).json()) as { totals: { rows: number } };
      rows = totals.rows;
      assert.ok(rows <= rowsExpected, `${rows} rows are counted, and only ${rowsExpected} were written`);
      return rows === rowsExpected;
    },
    deadlineMs,
  );
  const answered = await sightingsOf(collector);
  assert.equal(answered.size, expected.length);
  for (const sighting of expected) {
    const own = answered.get(keyOf(sighting));
    assert.ok(own !== undefined, `${keyOf(sighting)} is missing`);
    assert.deepEqual(comparable(own), comparable(sighting));
  }
}
