/** The list of clients against a naive one: filtered, searched, sorted and paged by what the sightings say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Collector } from '../../src/collector/collector.ts';
import { KnownClientsBook } from '../../src/collector/known-clients.ts';
import { clientSorts, type ClientSort } from '../../src/collector/views.ts';
import { compareAddresses } from '../../src/event/address.ts';
import { textsOf } from '../../src/sighting/few-texts.ts';
import { emptySighting, sightingKey, type Sighting } from '../../src/sighting/sighting.ts';
import { collectorSettings, noon, TestClock, whole } from '../unit/collector/fixtures.ts';

const anySighting: fc.Arbitrary<Sighting> = fc
  .record({
    address: fc.oneof(
      fc.nat(30).map((number) => `10.${number % 3}.0.${number}`),
      fc.nat(9).map((number) => `2001:db8::${number + 1}`),
      fc.constantFrom('9.255.0.1', '200.0.0.1', '128.0.0.1'),
    ),
    server: fc.constantFrom('EX01', 'EX02'),
    protocol: fc.constantFrom('pop3' as const, 'imap4' as const),
    users: fc.array(fc.constantFrom('Scan-A', 'scan-b', 'Öl', 'nobody'), { maxLength: 2 }),
    connections: fc.nat(3),
    rows: fc.nat(3),
    agesMs: fc.tuple(fc.nat(3), fc.nat(3)),
  })
  .map(({ address, server, protocol, users, connections, rows, agesMs: [one, other] }) => ({
    ...emptySighting(protocol, server, address, 'bounded'),
    connections,
    rows,
    users: textsOf(users, 'bounded'),
    hasUser: users.length > 0,
    firstSeen: noon - Math.max(one, other) * 1000,
    lastSeen: noon - Math.min(one, other) * 1000,
  }));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const values: Readonly<Record<ClientSort, (shown: readonly Sighting[]) => number>> = {
  lastSeen: (shown) => Math.max(...shown.map(({ lastSeen }) => lastSeen)),
  firstSeen: (shown) => Math.min(...shown.map(({ firstSeen }) => firstSeen)),
  connections: (shown) => sum(shown.map(({ connections }) => connections)),
  rows: (shown) => sum(shown.map(({ rows }) => rows)),
  // All are unknown.
  status: () => 0,
  address: () => 0,
};

test('pages of any list follow one another in its order', () => {
  const anyQuery = fc.record(
    {
      server: fc.constantFrom('EX01', 'EX02'),
      protocol: fc.constantFrom('pop3' as const, 'imap4' as const),
      search: fc.constantFrom('10.1.', 'SCAN', 'scan-b', 'öl', '2001:', '10.0.0.0/16', ''),
      sort: fc.constantFrom(...clientSorts),
      descending: fc.boolean(),
      limit: fc.integer({ min: 1, max: 7 }),
    },
    { requiredKeys: ['sort', 'descending', 'limit'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(anySighting, { maxLength: 60 }), anyQuery, (sightings, query) => {
      const clock = new TestClock();
      const settings = collectorSettings();
      const known = new KnownClientsBook(settings, clock, false);
      const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
      collector.countBy(() => whole);
      collector.commit(sightings.map((sighting) => ({ sighting, firstSeenLive: false })));

      const { server, protocol, search, sort, descending } = query;
      const latest = new Map(sightings.map((one) => [sightingKey(one.protocol, one.server, one.address), one]));
      const shownBy = new Map<string, Sighting[]>();
      for (const one of latest.values()) {
        if (server !== undefined && one.server !== server) continue;
        if (protocol !== undefined && one.protocol !== protocol) continue;
        shownBy.set(one.address, [...(shownBy.get(one.address) ?? []), one]);
      }
      const wanted = search?.toLowerCase() ?? '';
      const expected = [...shownBy]
        .filter(([address, shown]) => {
          if (wanted === '10.0.0.0/16') return address.startsWith('10.0.');
          const names = shown.flatMap(({ users }) => users.values().map((user) => user.toLowerCase()));
          return [address, ...names].some((text) => text.includes(wanted));
        })
        .toSorted(([address, shown], [otherAddress, otherShown]) => {
          const difference = values[sort](shown) - values[sort](otherShown);
          if (difference !== 0) return descending ? -difference : difference;
          const order = compareAddresses(address, otherAddress);
          return sort === 'address' && descending ? -order : order;
        })
        .map(([address]) => address);

      const listed: string[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = collector.clients(cursor === '' ? query : { ...query, cursor });
        assert.equal(page.total, expected.length);
        listed.push(...page.clients.map(({ address }) => address));
        cursor = page.next;
      }
      assert.deepEqual(listed, expected);
    }),
    { numRuns: 300 },
  );
});

test('a list of many clients is whole and in its order, whichever of them came first', () => {
  const anyAge = fc.constantFrom(
    (client: number) => client,
    (client: number) => -client,
    (client: number) => (client * 89) % 211,
  );
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 200 }), anyAge, fc.boolean(), (clients, age, descending) => {
      const clock = new TestClock();
      const settings = collectorSettings();
      const known = new KnownClientsBook(settings, clock, false);
      const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
      const seen = Array.from({ length: clients }, (_, client) => {
        const lastSeen = noon - 1_000_000 + age(client) * 1000;
        return { ...emptySighting('pop3', 'EX01', `10.0.0.${client}`, 'bounded'), firstSeen: lastSeen, lastSeen };
      });
      collector.commit(seen.map((sighting) => ({ sighting, firstSeenLive: false })));

      const inOrder = seen.toSorted((one, other) => (one.lastSeen - other.lastSeen) * (descending ? -1 : 1));
      const page = collector.clients({ sort: 'lastSeen', descending, limit: 50 });
      assert.equal(page.total, clients);
      assert.deepEqual(
        page.clients.map(({ address }) => address),
        inOrder.slice(0, 50).map(({ address }) => address),
      );
      const { next } = page;
      assert.ok(next !== null);
      const second = collector.clients({ sort: 'lastSeen', descending, limit: 200, cursor: next });
      assert.deepEqual(
        second.clients.map(({ address }) => address),
        inOrder.slice(50).map(({ address }) => address),
      );
    }),
    { numRuns: 60 },
  );
});
