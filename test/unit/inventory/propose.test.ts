import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { emptyInventory } from '../../../src/inventory/inventory.ts';
import { inventoryColumns, parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { proposedLines } from '../../../src/inventory/propose.ts';
import { type UnknownClient, unknownOfPage, unknownOfReport } from '../../../src/inventory/unknown-clients.ts';
import { hostileTexts } from '../../hostile/hostile-texts.ts';
import { anyAddress } from '../event/any-event.ts';

const now = Date.UTC(2026, 10, 24, 10);
const header = `${inventoryColumns.join(',')}\n`;

function client(change: Partial<UnknownClient> = {}): UnknownClient {
  const usual = { places: ['EX01 pop3'], users: ['svc-scan'], hints: [], lastSeen: '2026-11-24T09:00:00.000Z' };
  return { address: '10.1.2.3', ...usual, ...change };
}

test('a line says where and as whom a client was seen, and leaves to people what only they know', () => {
  const clients = [
    client({ users: ['a', 'b', 'c', 'd'], places: ['EX01 imap4', 'EX02 pop3'] }),
    client({ address: '2001:db8::7', users: [], hints: ['opens only'] }),
  ];
  assert.equal(
    proposedLines(clients, inventoryColumns, emptyInventory, now),
    '10.1.2.3,,,,,known,"last seen 2026-11-24 on EX01 imap4 EX02 pop3, users a b c and 1 more"\n' +
      '2001:db8::7,,,,,known,"last seen 2026-11-24 on EX01 pop3, no user, opens only"\n',
  );
});

test('beside an inventory the lines follow its columns, and leave out whom it knows', () => {
  const text = 'state,cidr,expires\nknown,10.1.0.0/16,\nknown,10.1.2.4,2026-10-01\n';
  const parsed = parseInventory(text);
  assert.ok(parsed.problems === undefined);
  const { inventory, columns } = parsed;
  const clients = ['10.1.2.3', '10.1.2.4', '10.2.0.1'].map((address) => client({ address }));
  assert.equal(
    proposedLines(clients, columns, inventory, now),
    '# 10.1.2.4 is unknown because its entry 10.1.2.4 expired (2026-10-01): see line 3\nknown,10.2.0.1,\n',
  );
});

test('whatever a log held, the lines are an inventory in which each client is known, and no formula', () => {
  const anyText = fc.oneof(
    fc.constantFrom(...Object.values(hostileTexts).map((text) => text.slice(0, 256).toWellFormed())),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const anyClient = fc.record({
    address: anyAddress,
    places: fc.array(anyText, { minLength: 1, maxLength: 3 }),
    users: fc.array(anyText, { maxLength: 5 }),
    hints: fc.constantFrom([], ['opens only']),
    lastSeen: fc.constant('2026-11-24T09:00:00.000Z'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyClient, { selector: ({ address }) => address, maxLength: 8 }), (clients) => {
      const lines = proposedLines(clients, inventoryColumns, emptyInventory, now);
      const { inventory, problems } = parseInventory(header + lines);
      assert.deepEqual(problems, undefined);
      assert.equal(inventory?.entries.length, clients.length);
      for (const { address } of clients) assert.equal(inventory?.standing(address, now).status, 'known');
      for (const { note } of inventory?.entries ?? []) assert.doesNotMatch(note ?? '', /(?:^|;)[\s"]*[=+\-@]/);
    }),
  );
});

const entry = {
  protocol: 'pop3',
  server: 'EX01',
  address: '10.1.2.3',
  status: 'unknown',
  lastSeen: '2026-11-24T09:00:00.000Z',
  users: ['b'],
  hints: ['logins fail'],
};

test('unknown clients are gathered from a report and from pages of the API, by address', () => {
  const clients = [
    { ...entry, address: '10.1.2.10' },
    entry,
    { ...entry, protocol: 'imap4', users: ['a', 'b'], hints: [], lastSeen: '2026-11-24T09:30:00.000Z' },
    { ...entry, address: '10.1.2.1', status: 'known' },
  ];
  const gathered = [
    {
      address: '10.1.2.3',
      places: ['EX01 imap4', 'EX01 pop3'],
      users: ['a', 'b'],
      hints: ['logins fail'],
      lastSeen: '2026-11-24T09:30:00.000Z',
    },
  ];
  assert.deepEqual(unknownOfReport({ schema: 'straggler.report.v1', clients })?.slice(0, 1), gathered);
  assert.equal(unknownOfReport({ schema: 'straggler.report.v1', clients })?.length, 2);
  const page = { clients: [{ address: '10.1.2.3', status: 'unknown', sightings: clients.slice(1, 3) }], next: 'more' };
  assert.deepEqual(unknownOfPage(page), { clients: gathered, next: 'more' });
});

test('what is no report and no page is told apart from an empty one', () => {
  assert.deepEqual(unknownOfReport({ schema: 'straggler.report.v1', clients: [] }), []);
  const wrong = [null, 7, {}, { schema: 'other', clients: [] }, [entry]];
  for (const document of [...wrong, { schema: 'straggler.report.v1', clients: [{ ...entry, address: '010.1.2.3' }] }]) {
    assert.equal(unknownOfReport(document), null);
    assert.equal(unknownOfPage(document), null);
  }
});
