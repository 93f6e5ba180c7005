import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ConnectionEvent } from '../../../../src/event/connection-event.ts';
import type { Protocol } from '../../../../src/event/protocol.ts';
import { applyEvent, emptySighting, sightingKey, type Sighting } from '../../../../src/sighting/sighting.ts';
import { noFigures, Packer } from '../../../../src/sighting/table/packed-sighting.ts';
import { none, SightingTable } from '../../../../src/sighting/table/sighting-table.ts';
import { anyEvent, anySmtpEvent, anyUser } from '../any-event.ts';

const servers = ['EX01', 'EX02', '10.0.0.9'];
const anyAddress = fc.oneof(
  fc.constantFrom('10.0.0.1', '10.0.0.2', '10.10.0.1', '2001:db8::1', '::'),
  fc.string({ maxLength: 4, unit: 'binary' }),
);

const anyPut = fc.record({
  address: anyAddress,
  server: fc.constantFrom(...servers),
  events: fc.oneof(
    fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
    fc.array(anySmtpEvent, { minLength: 1, maxLength: 8 }),
  ),
});

function put(table: SightingTable, sighting: Sighting): void {
  const client = table.clients.number(sighting.address);
  const source = table.source(sighting.protocol, sighting.server);
  const packer = new Packer();
  packer.pack(sighting);
  table.put(client, source, table.find(client, source), packer);
}

function sightingOf(protocol: Protocol, server: string, address: string, events: readonly ConnectionEvent[]): Sighting {
  const sighting = emptySighting(protocol, server, address, 'bounded');
  for (const event of events) applyEvent(sighting, event);
  return sighting;
}

test('what was put last is read, whatever was put before and since', () => {
  fc.assert(
    fc.property(fc.array(anyPut, { maxLength: 30 }), fc.nat(), (puts, seed) => {
      const table = new SightingTable(seed);
      const model = new Map<string, Sighting>();
      for (const { address, server, events } of puts) {
        const sighting = sightingOf(events[0]?.protocol ?? 'pop3', server, address, events);
        put(table, sighting);
        model.set(sightingKey(sighting.protocol, server, address), sighting);
      }
      assert.equal(table.size, model.size);
      for (const sighting of model.values()) {
        assert.deepEqual(table.get(sighting.protocol, sighting.server, sighting.address), sighting);
      }
      const addresses = new Set([...model.values()].map(({ address }) => address));
      assert.deepEqual(
        Array.from({ length: table.clients.size }, (_, client) => table.clients.text(client)),
        [...addresses],
      );
      for (const address of addresses) {
        const chain: Sighting[] = [];
        const client = table.clients.find(address);
        for (let one = table.first(client); one !== none; one = table.next(one)) chain.push(table.read(one));
        assert.deepEqual(
          chain,
          [...model.values()].filter((sighting) => sighting.address === address),
        );
      }
    }),
  );
});

test('figures and names are those of the sighting', () => {
  const anyWanted = fc.oneof(
    fc.constantFrom('', 'svc', 'scan1', 'ß', 'i̇', 'é', '\u{1f600}'),
    anyUser.map((user) => user.toLowerCase()),
  );
  fc.assert(
    fc.property(anyPut, anyWanted, ({ address, server, events }, wanted) => {
      const table = new SightingTable();
      const sighting = sightingOf(events[0]?.protocol ?? 'pop3', server, address, events);
      put(table, sighting);
      const { connections, rows, commands, loginsSucceeded, loginsFailed, bytesReceived, bytesSent, firstSeen } =
        sighting;
      const figures = { connections, rows, commands, loginsSucceeded, loginsFailed, bytesReceived, bytesSent };
      assert.deepEqual(table.figures(0, noFigures()), { ...figures, firstSeen });
      assert.equal(table.lastSeen(0), sighting.lastSeen);
      const { users, smtp } = sighting;
      const names = [...users.values(), ...(smtp?.helo.values() ?? []), ...(smtp?.senders.values() ?? [])];
      assert.equal(
        table.whereNamesInclude(wanted)[0] === 1,
        names.some((name) => name.toLowerCase().includes(wanted)),
      );
      assert.equal(table.clients.includes(0, wanted), address.toLowerCase().includes(wanted));
    }),
  );
});

test('names are found whatever their case, beyond ASCII too', () => {
  const table = new SightingTable();
  const sighting = sightingOf('pop3', 'EX01', '10.0.0.1', []);
  put(table, { ...sighting, users: sighting.users.add('CAFÉ-Scan').add('Ωmega'), firstSeen: 0, lastSeen: 0 });
  for (const wanted of ['café', 'é-s', 'scan', 'ωm']) assert.ok(table.whereNamesInclude(wanted)[0] === 1, wanted);
  for (const wanted of ['cafe', 'scanx', 'ω-', 'o']) assert.ok(table.whereNamesInclude(wanted)[0] === 0, wanted);
});

test('every time and count that can be stored comes back', () => {
  const anyTime = fc.oneof(
    fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    fc.constantFrom(0, -1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  );
  const anyCount = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32));
  fc.assert(
    fc.property(anyTime, anyTime, anyCount, anyCount, (one, other, connections, bytesSent) => {
      const table = new SightingTable();
      const times = { firstSeen: Math.min(one, other), lastSeen: Math.max(one, other) };
      const sighting = { ...emptySighting('pop3', 'EX01', '10.0.0.1', 'bounded'), ...times, connections, bytesSent };
      put(table, sighting);
      assert.deepEqual(table.read(0), sighting);
    }),
  );
});

test('many sightings that grow and shrink stay apart', () => {
  const table = new SightingTable();
  const sightings = 5000;
  const usersOf = (index: number, round: number): string => `user${index}${'x'.repeat((index * 7 + round * 13) % 300)}`;
  for (let round = 0; round < 4; round++) {
    for (let index = 0; index < sightings; index++) {
      const sighting = emptySighting('imap4', 'EX01', `10.0.${index >> 8}.${index & 255}`, 'bounded');
      put(table, { ...sighting, users: sighting.users.add(usersOf(index, round)), firstSeen: index, lastSeen: index });
    }
    for (let index = 0; index < sightings; index++) {
      assert.deepEqual(table.read(index).users.values(), [usersOf(index, round)]);
    }
  }
});
