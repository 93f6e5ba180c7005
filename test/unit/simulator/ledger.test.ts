import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipv4, mappedIpv4 } from '../../../src/simulator/client-address.ts';
import { Ledger } from '../../../src/simulator/ledger.ts';
import type { LogRow } from '../../../src/simulator/log-row.ts';
import { expectedClients, type ExpectedClient } from '../../../src/simulator/truth.ts';

const timeMs = Date.UTC(2026, 10, 20, 10);
const plain: LogRow = {
  timeMs,
  sessionId: '0000000000000001',
  sequence: 1,
  server: { address: ipv4('10.0.0.1'), port: 993 },
  client: { address: ipv4('10.9.9.9'), port: 50_000 },
  user: '',
  durationMs: 0,
  received: 0,
  sent: 0,
  command: 'noop',
  parameters: '',
  context: '',
  verdict: null,
  reason: null,
};

/** The only client after these rows. */
function clientAfter(...rows: readonly Partial<LogRow>[]): ExpectedClient {
  const ledger = new Ledger();
  for (const row of rows) ledger.open('EX01', 'imap4').enter({ ...plain, ...row });
  const [client, ...others] = expectedClients(ledger.truth());
  assert.ok(client !== undefined && others.length === 0);
  return client;
}

test('rows, connections and commands are told apart by number and name', () => {
  const client = clientAfter(
    { command: 'OpenSession', sequence: 0, received: 1, sent: 53 },
    { command: 'capability', received: 15, sent: 143 },
    { command: 'proxy', received: 100, sent: 2000 },
    { command: 'CloseSession', received: 61, sent: 458 },
  );
  assert.deepEqual([client.connections, client.rows, client.commands], [1, 4, 1]);
  assert.deepEqual(client.bytes, { received: 177, sent: 2654 });
  assert.deepEqual(client.hints, ['never logged in']);
});

test('first and last seen do not depend on the order of the rows', () => {
  const client = clientAfter({ timeMs: timeMs + 5 }, { timeMs }, { timeMs: timeMs + 3 });
  assert.deepEqual([client.firstSeen, client.lastSeen], ['2026-11-20T10:00:00.000Z', '2026-11-20T10:00:00.005Z']);
});

test('one user in several spellings is shown in the one that sorts first', () => {
  assert.deepEqual(clientAfter({ user: 'anna' }, { user: 'Anna' }, { user: 'aNNA' }, { user: 'bob' }).users, [
    'Anna',
    'bob',
  ]);
});

test('users are sorted by code point, beyond U+FFFF too', () => {
  assert.deepEqual(clientAfter({ user: '\u{1D4B6}' }, { user: 'Ａ' }, { user: 'z' }).users, ['z', 'Ａ', '\u{1D4B6}']);
});

test('a long name is cut at 256 code points, and names that differ only behind that are one', () => {
  const client = clientAfter({ user: `${'😀'.repeat(256)}a` }, { user: `${'😀'.repeat(256)}b` });
  assert.deepEqual(client.users, ['😀'.repeat(256)]);
});

test('health mailboxes are no users, with or without a domain', () => {
  const client = clientAfter({ user: 'HealthMailbox1' }, { user: 'CONTOSO\\HealthMailbox2@contoso.test' });
  assert.deepEqual([client.rows, client.users, client.usersTotal], [2, [], 0]);
});

test('the last failure is the latest; of two at the same time the reason that sorts last', () => {
  const failed = (atMs: number, reason: string): Partial<LogRow> => ({ timeMs: atMs, verdict: 'failed', reason });
  const client = clientAfter(
    failed(timeMs + 1, 'b'),
    failed(timeMs + 1, 'c'),
    failed(timeMs + 1, 'a'),
    failed(timeMs, 'z'),
  );
  assert.deepEqual(client.lastFailure, { at: '2026-11-20T10:00:00.001Z', reason: 'c' });
  assert.deepEqual([client.logins, client.hints], [{ succeeded: 0, failed: 4 }, ['logins fail']]);
});

test('a mapped address is the same client, and its endpoint the same endpoint', () => {
  const mapped = { address: mappedIpv4('10.9.9.9'), port: 50_001 };
  const server = { address: mappedIpv4('10.0.0.1'), port: 993 };
  const client = clientAfter({}, { client: mapped, server }, { server: { address: ipv4('10.0.0.1'), port: 143 } });
  assert.deepEqual([client.address, client.rows], ['10.9.9.9', 3]);
  assert.deepEqual(client.endpoints, ['10.0.0.1:143', '10.0.0.1:993']);
});
