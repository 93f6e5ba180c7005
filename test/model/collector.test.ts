/** The collector's counts against a naive count over all sightings, through random commits, reclassifications and time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Collector } from '../../src/collector/collector.ts';
import { KnownClientsBook } from '../../src/collector/known-clients.ts';
import type { CollectorSettings } from '../../src/collector/settings.ts';
import { Inventory } from '../../src/inventory/inventory.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import type { Status } from '../../src/inventory/status.ts';
import { noTexts } from '../../src/sighting/few-texts.ts';
import type { Sighting } from '../../src/sighting/sighting.ts';
import { collectorSettings, noon, serverSettings, sightingOf, TestClock, whole } from '../unit/collector/fixtures.ts';

const settings: CollectorSettings = collectorSettings(
  [
    serverSettings({ name: 'EX01', role: 'legacy', addresses: ['10.9.9.1'] }),
    serverSettings({ name: 'EX02', role: 'new', addresses: ['10.9.9.2'] }),
    serverSettings({ name: 'EX03' }),
  ],
  { balancers: ['10.0.0.3'] },
);
const addresses = [
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.3',
  '10.9.9.1',
  '10.9.9.2',
  '10.9.9.3',
  '127.0.0.1',
  '2001:db8::1',
  '10.0.1.9',
];
const header = 'cidr,label,owner,contact,expires,state,note\n';
const inventories = [
  '',
  '10.0.0.0/24,Scanner,,,,known,\n',
  '10.0.0.2,,,,,acknowledged,\n2001:db8::/32,,,,,known,\n',
].map((lines) => {
  const { inventory, problems } = parseInventory(header + lines);
  assert.equal(problems, undefined);
  return inventory ?? new Inventory([]);
});

const dialled: Readonly<Record<string, string>> = { EX01: '10.9.9.1', EX02: '10.9.9.2', EX03: '10.9.9.3' };

/** Straight from the words of the contract; 10.9.9.3 becomes ours only once a log has shown it. */
function naiveStatus(sighting: Sighting, naive: Naive): Status {
  const owner = Object.keys(dialled).find((server) => {
    const isLearnt = server !== 'EX03' || [...naive.sightings.values()].some((other) => other.server === 'EX03');
    return isLearnt && dialled[server] === sighting.address;
  });
  if (owner !== undefined && owner !== sighting.server) return 'proxied';
  const isSelf = owner === sighting.server || sighting.address === '127.0.0.1';
  if ((isSelf && !sighting.hasUser) || sighting.address === '10.0.0.3') return 'probe';
  return naive.inventory.find(sighting.address)?.state ?? 'unknown';
}

const order: readonly Status[] = ['unknown', 'acknowledged', 'known', 'proxied', 'probe'];

interface Naive {
  readonly clock: TestClock;
  readonly sightings: Map<string, Sighting>;
  inventory: Inventory;
}

function naiveCounts(naive: Naive, windowMs: number, inSet: (sighting: Sighting) => boolean): Record<string, number> {
  const statusBy = new Map<string, Status>();
  const lastBy = new Map<string, number>();
  for (const sighting of naive.sightings.values()) {
    if (!inSet(sighting)) continue;
    const status = naiveStatus(sighting, naive);
    const before = statusBy.get(sighting.address);
    if (before === undefined || order.indexOf(status) < order.indexOf(before)) statusBy.set(sighting.address, status);
    lastBy.set(sighting.address, Math.max(lastBy.get(sighting.address) ?? -Infinity, sighting.lastSeen));
  }
  const counts: Record<string, number> = { all: 0, unknown: 0, acknowledged: 0, known: 0, proxied: 0, probe: 0 };
  for (const [address, status] of statusBy) {
    const bucketEnd = (Math.floor((lastBy.get(address) ?? 0) / 10_000) + 1) * 10_000;
    if (bucketEnd <= naive.clock.ms - windowMs) continue;
    counts['all']!++;
    counts[status]!++;
  }
  return counts;
}

const commit = fc.record({
  kind: fc.constant('commit' as const),
  address: fc.constantFrom(...addresses),
  server: fc.constantFrom('EX01', 'EX02', 'EX03'),
  protocol: fc.constantFrom('pop3' as const, 'imap4' as const),
  ageMs: fc.constantFrom(0, 30_000, 3_590_000, 3_600_000, 80_000_000, 90_000_000, 600_000_000),
  hasUser: fc.boolean(),
});
const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.constantFrom(5_000, 60_000, 3_600_000, 90_000_000),
});
const reload = fc.record({ kind: fc.constant('reload' as const), inventory: fc.constantFrom(...inventories) });

function check(collector: Collector, naive: Naive): void {
  const summary = collector.summary();
  for (const { text, ms } of settings.windows) {
    assert.deepEqual(
      summary.windows[text],
      naiveCounts(naive, ms, () => true),
    );
    assert.deepEqual(
      collector.remaining()[text],
      naiveCounts(naive, ms, ({ server }) => server === 'EX01'),
    );
    for (const server of summary.servers) {
      assert.deepEqual(
        server.windows[text],
        naiveCounts(naive, ms, (sighting) => sighting.server === server.name),
      );
      for (const [protocol, { windows }] of Object.entries(server.protocols)) {
        const inSet = (sighting: Sighting) => sighting.server === server.name && sighting.protocol === protocol;
        assert.deepEqual(windows[text], naiveCounts(naive, ms, inSet));
      }
    }
    const query = { window: text, status: 'unknown', sort: 'lastSeen', descending: true, limit: 100 } as const;
    assert.equal(collector.clients(query).total, naiveCounts(naive, ms, () => true)['unknown']);
    const union = collector.unionOf(new Set(['EX01', 'EX03'])).windows[text];
    assert.deepEqual(
      union,
      naiveCounts(naive, ms, ({ server }) => server !== 'EX02'),
    );
  }
  checkMigration(collector, naive);
}

function checkMigration(collector: Collector, naive: Naive): void {
  for (const { text, ms } of settings.windows) {
    const real = (role: string) => {
      const found = new Set<string>();
      for (const address of addresses) {
        const counts = naiveCounts(naive, ms, (sighting) => sighting.address === address && sighting.server === role);
        if (counts['unknown']! + counts['acknowledged']! + counts['known']! > 0) found.add(address);
      }
      return found;
    };
    const [legacy, newer] = [real('EX01'), real('EX02')];
    const both = [...legacy].filter((address) => newer.has(address)).length;
    const expected = { legacy_only: legacy.size - both, both, new_only: newer.size - both };
    assert.deepEqual(collector.migration()[text], expected);
  }
}

test('every count equals a naive count, whatever is committed, reclassified and expires', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 6, arbitrary: commit }, pass, reload), { maxLength: 40 }), (steps) => {
      const clock = new TestClock();
      const known = new KnownClientsBook(settings, clock, true);
      const firstSeen: string[] = [];
      const collector = new Collector({
        settings,
        clock,
        known,
        brokered: false,
        onFirstSeen: (server, protocol) => firstSeen.push(`${server} ${protocol}`),
      });
      collector.countBy(() => whole);
      const naive: Naive = { clock, sightings: new Map(), inventory: new Inventory([]) };
      for (const step of steps) {
        if (step.kind === 'pass') clock.ms += step.ms;
        if (step.kind === 'reload') {
          naive.inventory = step.inventory;
          known.use(step.inventory);
          collector.reclassify();
        }
        if (step.kind === 'commit') {
          const { address, server, protocol, hasUser } = step;
          const before = collector.get(protocol, server, address);
          const lastSeen = Math.max(clock.ms - step.ageMs, before?.lastSeen ?? -Infinity);
          const sighting = sightingOf(address, {
            server,
            protocol,
            lastSeen,
            firstSeen: Math.min(lastSeen, before?.firstSeen ?? Infinity),
            hasUser: hasUser || before?.hasUser === true,
            endpoints: noTexts('bounded').add(`${dialled[server]}:110`),
          });
          collector.commit([{ sighting, firstSeenLive: false }]);
          naive.sightings.set(`${server} ${protocol} ${address}`, sighting);
        }
        check(collector, naive);
      }
      assert.deepEqual(firstSeen, []);
    }),
    { numRuns: 150 },
  );
});

test('pages hold every client once, in order, while others come and go between them', () => {
  const clock = new TestClock();
  const known = new KnownClientsBook(settings, clock, false);
  const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
  const add = (index: number): void =>
    collector.commit([
      {
        sighting: sightingOf(`10.5.${index >> 8}.${index & 255}`, { lastSeen: noon - index * 1000 }),
        firstSeenLive: false,
      },
    ]);
  for (let index = 0; index < 300; index += 2) add(index);
  for (const sort of ['lastSeen', 'address', 'rows'] as const) {
    for (const descending of [true, false]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = collector.clients({ sort, descending, limit: 7, ...(cursor === null ? {} : { cursor }) });
        seen.push(...page.clients.map((client) => client.address));
        cursor = page.next;
      } while (cursor !== null);
      assert.equal(seen.length, 150, `${sort} ${descending}`);
      assert.equal(new Set(seen).size, 150);
    }
  }
  const [first] = collector.clients({ sort: 'lastSeen', descending: true, limit: 1 }).clients;
  assert.equal(first?.address, '10.5.0.0');
  assert.throws(
    () => collector.clients({ sort: 'rows', descending: true, limit: 1, cursor: 'x' }),
    /The cursor is not one that this server gave/,
  );
});

test('a search finds by address, network, device name, owner and user', () => {
  const clock = new TestClock();
  const known = new KnownClientsBook(settings, clock, true);
  const { inventory } = parseInventory(`${header}10.0.0.2,Front desk scanner,Facilities,,,known,\n`);
  known.use(inventory ?? new Inventory([]));
  const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
  collector.commit([
    { sighting: sightingOf('10.0.0.2'), firstSeenLive: false },
    { sighting: sightingOf('10.0.1.9', { users: noTexts('bounded').add('CONTOSO\\Svc-Scan') }), firstSeenLive: false },
    { sighting: sightingOf('2001:db8::1'), firstSeenLive: false },
  ]);
  const found = (search: string): string[] =>
    collector
      .clients({ search, sort: 'address', descending: false, limit: 10 })
      .clients.map((client) => client.address);
  assert.deepEqual(found('10.0.0.'), ['10.0.0.2']);
  assert.deepEqual(found('10.0.0.0/23'), ['10.0.0.2', '10.0.1.9']);
  assert.deepEqual(found('desk SCAN'), ['10.0.0.2']);
  assert.deepEqual(found('facil'), ['10.0.0.2']);
  assert.deepEqual(found('svc-scan'), ['10.0.1.9']);
  assert.deepEqual(found('2001:DB8::'), ['2001:db8::1']);
  assert.deepEqual(found('nobody'), []);
});

test('first seen is said for unknown clients that were counted live, and for no others', () => {
  const clock = new TestClock();
  const firstSeen: string[] = [];
  const known = new KnownClientsBook(settings, clock, false);
  const onFirstSeen = (server: string, protocol: string): void => void firstSeen.push(`${server} ${protocol}`);
  const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen });
  collector.commit([
    { sighting: sightingOf('10.0.0.1'), firstSeenLive: true },
    { sighting: sightingOf('10.0.0.2'), firstSeenLive: false },
    { sighting: sightingOf('127.0.0.1'), firstSeenLive: true },
  ]);
  assert.deepEqual(firstSeen, ['EX01 pop3']);
});
