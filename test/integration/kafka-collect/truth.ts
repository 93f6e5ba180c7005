/** What must be shown after some events, added up as simply as possible and without the program's own merge. */
import assert from 'node:assert/strict';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';

export type Facts = Readonly<Record<string, unknown>>;

/** Every field of every sighting by its key; the sets only up to the size that is kept whole. */
export function truthOf(events: readonly ConnectionEvent[]): Record<string, Facts> {
  const groups = new Map<string, ConnectionEvent[]>();
  for (const event of events) {
    const key = `${event.protocol} ${event.server} ${event.address}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return Object.fromEntries([...groups].toSorted(byKey).map(([key, group]) => [key, add(group)]));
}

function add(events: readonly ConnectionEvent[]): Facts {
  const sum = (pick: (event: ConnectionEvent) => number): number =>
    events.reduce((total, event) => total + pick(event), 0);
  const users = distinct(events.flatMap((event) => event.users));
  const endpoints = distinct(events.flatMap(({ endpoint }) => (endpoint === null ? [] : [endpoint])));
  const failures = events.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  failures.sort((a, b) => a.at - b.at || (a.reason < b.reason ? -1 : 1));
  return {
    connections: sum((event) => event.opened),
    rows: sum((event) => event.rows),
    commands: sum((event) => event.commands),
    loginsSucceeded: sum((event) => event.loginsSucceeded),
    loginsFailed: sum((event) => event.loginsFailed),
    bytesReceived: sum((event) => event.bytesReceived),
    bytesSent: sum((event) => event.bytesSent),
    firstSeen: Math.min(...events.map((event) => event.first)),
    lastSeen: Math.max(...events.map((event) => event.last)),
    hasUser: events.some((event) => event.hasUser),
    users: users.length > 16 ? '17 or more' : users,
    endpoints: endpoints.length > 16 ? '17 or more' : endpoints,
    lastFailure: failures.at(-1) ?? null,
  };
}

export function factsOf(sightings: Iterable<Sighting>): Record<string, Facts> {
  const facts: [string, Facts][] = [];
  for (const { protocol, server, address, users, endpoints, ...fields } of sightings) {
    facts.push([
      `${protocol} ${server} ${address}`,
      {
        ...fields,
        users: users.total > 16 ? '17 or more' : [...users.values()],
        endpoints: endpoints.total > 16 ? '17 or more' : [...endpoints.values()],
      },
    ]);
  }
  return Object.fromEntries(facts.toSorted(byKey));
}

/** Says how many differ and shows the first, instead of printing thousands. */
export function assertEqualFacts(found: Record<string, Facts>, expected: Record<string, Facts>, who: string): void {
  assert.deepEqual(Object.keys(found), Object.keys(expected), `${who}: other clients`);
  for (const [key, facts] of Object.entries(expected)) assert.deepEqual(found[key], facts, `${who}: ${key}`);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
