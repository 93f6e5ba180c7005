import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ipv4 } from '../../../src/simulator/client-address.ts';
import type { DevicePlan } from '../../../src/simulator/device.ts';
import type { LoggedProtocol } from '../../../src/simulator/log-row.ts';
import { expectedClients, type ExpectedClient } from '../../../src/simulator/truth.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { scratchFolder } from './scratch.ts';

const startMs = Date.UTC(2026, 10, 20, 10);

interface Lived {
  readonly commands: string[];
  readonly client: ExpectedClient;
  readonly lines: string[];
}

/** What exactly one session of a profile leaves behind, for a dozen seeds. */
function livesOf(
  directory: string,
  profile: DevicePlan['profile'],
  protocol: LoggedProtocol,
  rest: Partial<DevicePlan> = {},
): Lived[] {
  return Array.from({ length: 12 }, (_, seed) => {
    const folder = join(directory, `${profile}-${protocol}-${seed}`);
    const plan = { name: profile, profile, protocol, address: ipv4('10.9.9.9'), server: 'EX01' } as const;
    const device = { ...plan, users: ['jane'], fromMs: startMs, untilMs: startMs + 1, ...rest };
    const world = createWorld({ directory: folder, seed, startMs, servers: [{ name: 'EX01' }], devices: [device] });
    world.advanceTo(startMs + 24 * 3_600_000);
    world.close();
    const logs = join(folder, 'EX01', protocol === 'pop3' ? 'Pop3' : 'Imap4');
    const names = readdirSync(logs).filter((name) => !name.includes('BE'));
    const lines = names
      .toSorted()
      .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\r\n'))
      .filter((line) => line.startsWith('2026-'));
    const [client, ...others] = expectedClients(world.truth());
    assert.ok(client !== undefined && others.length === 0);
    const commands = lines.map((line) => line.split(',')[9] ?? '');
    return { commands, client, lines };
  });
}

test('a copier leaves one lone OpenSession', (context) => {
  for (const { commands, client } of livesOf(scratchFolder(context), 'openOnly', 'imap4', { port: 143 })) {
    assert.deepEqual(commands, ['OpenSession']);
    assert.deepEqual([client.connections, client.rows, client.commands], [1, 1, 0]);
    assert.deepEqual(client.logins, { succeeded: 0, failed: 0 });
    assert.deepEqual(client.hints, ['opens only']);
    assert.deepEqual(client.users, []);
    assert.deepEqual(client.endpoints, ['10.0.0.1:143']);
    assert.equal(client.firstSeen, '2026-11-20T10:00:00.000Z');
    assert.equal(client.lastSeen, client.firstSeen);
  }
});

test('a polling device logs in once and leaves', (context) => {
  const directory = scratchFolder(context);
  for (const { commands, client } of livesOf(directory, 'poll', 'pop3')) {
    const usual = ['OpenSession', 'user', 'pass', 'proxy', 'quit', 'CloseSession'];
    const allowed = [usual, usual.toSpliced(1, 2, 'auth')].flatMap((list) => [list, list.toSpliced(1, 0, 'capa')]);
    assert.ok(
      allowed.some((list) => list.join() === commands.join()),
      commands.join(),
    );
    assert.equal(client.rows, commands.length);
    assert.equal(client.commands, commands.length - 3);
    assert.deepEqual(client.logins, { succeeded: 1, failed: 0 });
    assert.deepEqual([client.users, client.hints, client.lastFailure], [['jane'], [], null]);
  }
  for (const { commands, client } of livesOf(directory, 'poll', 'imap4')) {
    assert.ok(commands.includes('login') || commands.includes('authenticate'));
    assert.deepEqual(client.logins, { succeeded: 1, failed: 0 });
    assert.deepEqual(client.endpoints, ['10.0.0.1:993']);
  }
});

const oneLongSession = { untilMs: startMs + 24 * 3_600_000, periodMs: 48 * 3_600_000 };

test('an idle client stays for an hour and more, over several files, and often does not close', (context) => {
  const lives = livesOf(scratchFolder(context), 'idle', 'imap4', oneLongSession);
  for (const { client, commands } of lives) {
    assert.deepEqual([client.connections, client.logins.succeeded], [1, 1]);
    assert.ok(commands.filter((command) => command === 'proxy').length >= 4);
  }
  assert.ok(lives.some(({ client }) => Date.parse(client.lastSeen) - startMs > 2 * 3_600_000));
  const closed = lives.filter(({ commands }) => commands.at(-1) === 'CloseSession').length;
  assert.ok(closed > 0 && closed < lives.length);
});

test('a failing script never gets in, and its last failure has the right words', (context) => {
  for (const { client, lines } of livesOf(scratchFolder(context), 'fail', 'imap4')) {
    const refused = lines.filter((line) => /,(login|authenticate),/.test(line));
    assert.deepEqual(client.logins, { succeeded: 0, failed: refused.length });
    assert.deepEqual(client.hints, ['logins fail']);
    const reason = client.lastFailure?.reason ?? '';
    const last = (refused.at(-1) ?? '').replaceAll('""', '"');
    assert.ok(
      last.includes(`ErrMsg=${reason}`) || last.includes(`ErrMsg="${reason}"`) || !last.includes('ErrMsg'),
      last,
    );
    assert.ok(last.includes(reason) && reason !== '');
  }
});

test('an unknown account leaves no user, but parameters that begin with a blank', (context) => {
  const lives = livesOf(scratchFolder(context), 'fail', 'imap4').filter(({ client }) => client.users.length === 0);
  assert.ok(lives.length > 0);
  for (const { lines } of lives) assert.ok(lines.some((line) => line.includes(',login, *****,')));
});

test('plain text is refused at the user row already', (context) => {
  for (const { commands, client } of livesOf(scratchFolder(context), 'plainText', 'pop3', { port: 110 })) {
    assert.deepEqual(commands, ['OpenSession', 'user', 'CloseSession']);
    assert.deepEqual(client.logins, { succeeded: 0, failed: 1 });
    assert.equal(client.lastFailure?.reason, '-ERR Command is not valid in this state.');
  }
});

test('listing mechanisms is no login, whatever its result', (context) => {
  for (const { commands, client } of livesOf(scratchFolder(context), 'listing', 'pop3')) {
    assert.ok(commands.includes('auth'));
    assert.deepEqual(client.logins, { succeeded: 0, failed: 0 });
    assert.deepEqual(client.hints, ['never logged in']);
  }
});

test('a balancer knocks without a command', (context) => {
  for (const { commands, client } of livesOf(scratchFolder(context), 'knock', 'pop3')) {
    assert.equal(commands[0], 'OpenSession');
    assert.ok(commands.length === 1 || commands.join() === 'OpenSession,CloseSession');
    assert.equal(client.commands, 0);
  }
});

test('a health mailbox is no user', (context) => {
  const users = ['HealthMailbox1@contoso.test', 'CONTOSO\\HealthMailbox2'];
  const lives = livesOf(scratchFolder(context), 'probe', 'imap4', { users, address: ipv4('127.0.0.1') });
  for (const { client } of lives) assert.deepEqual([client.users, client.endpoints], [[], ['127.0.0.1:993']]);
  assert.ok(lives.some(({ client }) => client.logins.succeeded === 1));
  assert.ok(lives.some(({ client }) => client.logins.succeeded === 0));
});

test('a move ends the session that is open and goes on at the new server', (context) => {
  const directory = scratchFolder(context);
  const device = {
    name: 'phone',
    profile: 'busy',
    protocol: 'imap4',
    address: ipv4('10.9.9.9'),
    server: 'EX01',
    fromMs: startMs,
    moves: [{ atMs: startMs + 600_000, server: 'EX02' }],
  } as const;
  using world = createWorld({
    directory,
    seed: 1,
    startMs,
    servers: [{ name: 'EX01' }, { name: 'EX02' }],
    devices: [device],
  });
  world.advanceTo(startMs + 3_600_000);
  const [old, young, ...others] = expectedClients(world.truth());
  assert.deepEqual([old?.server, young?.server, others.length], ['EX01', 'EX02', 0]);
  const leftMs = Date.parse(old?.lastSeen ?? '') - startMs;
  assert.ok(leftMs >= 600_000 - 60_000 && leftMs <= 600_000 + 120_000, String(leftMs));
  assert.ok(Date.parse(young?.firstSeen ?? '') > Date.parse(old?.lastSeen ?? ''));
});
