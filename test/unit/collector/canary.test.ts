/** Canaries over real connections: servers on the loopback, whose rows come back, come late, or do not come. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { Canaries } from '../../../src/collector/canary/canaries.ts';
import type { CanaryTarget } from '../../../src/collector/canary/target.ts';
import { Collector } from '../../../src/collector/collector.ts';
import { KnownClientsBook } from '../../../src/collector/known-clients.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { Authority, type Certificate } from '../../broker/certificates.ts';
import { until } from '../../processes/until.ts';
import { agentReport, collectorSettings, laneReport, noon, sightingOf, TestClock, whole } from './fixtures.ts';

const everyMs = 300_000;

/** A mail server that greets, notes what it is told, and parts when told to. */
class MailServer implements AsyncDisposable {
  readonly heard: string[] = [];
  connections = 0;
  open = 0;
  port = 0;
  onConnection: () => void = () => {};
  readonly #server: Server;

  private constructor(greeting: string | null, certificate: Certificate | null) {
    const answer = (socket: Socket): void => {
      this.connections++;
      this.open++;
      socket.on('close', () => this.open--);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        this.heard.push(data.toString());
        socket.end('+OK bye\r\n');
      });
      if (greeting !== null) socket.write(greeting);
      this.onConnection();
    };
    this.#server =
      certificate === null
        ? createServer(answer)
        : createTlsServer(
            { cert: readFileSync(certificate.certificateFile), key: readFileSync(certificate.keyFile) },
            answer,
          );
  }

  static async start(
    greeting: string | null = '+OK ready\r\n',
    certificate: Certificate | null = null,
  ): Promise<MailServer> {
    const server = new MailServer(greeting, certificate);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    const address = server.#server.address();
    server.port = typeof address === 'object' && address !== null ? address.port : 0;
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A collector whose state is whole, with an agent that follows EX01's POP3 logs; nothing else proves that it logs. */
class Setting implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly collector: Collector;
  readonly target: CanaryTarget;
  readonly #canaries: Canaries;

  constructor(port: number, more: Partial<CanaryTarget> = {}, deadlineMs = 5000) {
    const { clock } = this;
    this.target = {
      text: 'EX01:110',
      server: 'EX01',
      protocol: 'pop3',
      host: '127.0.0.1',
      port,
      tls: false,
      ...more,
    };
    const settings = collectorSettings();
    const canary = { targets: [this.target], everyMs, from: [] };
    this.collector = new Collector({
      settings,
      clock,
      known: new KnownClientsBook(settings, clock, false),
      brokered: false,
      canary,
      onFirstSeen: () => {},
    });
    this.collector.countBy(() => whole);
    this.#canaries = new Canaries({
      settings: canary,
      book: this.collector.canaryBook,
      clock,
      logger: silentLogger,
      isReady: () => true,
      onSource: () => {},
      deadlineMs,
      lookEveryMs: 5,
    });
  }

  /** The row of the canary's connection is counted, as the server logged it at `at`. */
  rowCounted(connections: number, at: number): void {
    const sighting = sightingOf('127.0.0.1', {
      protocol: this.target.protocol,
      connections,
      commands: 0,
      firstSeen: noon,
      lastSeen: at,
    });
    this.collector.commit([{ sighting, firstSeenLive: true }]);
  }

  /** Time passes, and the agent lives on. */
  pass(ms: number): void {
    this.clock.ms += ms;
    const { protocol } = this.target;
    this.collector.agentBook.accept(
      agentReport([laneReport({ protocol, lastScanAt: this.clock.ms, lastProbeAt: null })], { at: this.clock.ms }),
    );
  }

  get gaps(): string[] {
    return this.collector.gaps().map(({ server, protocol, reason }) => `${server} ${protocol} ${reason}`);
  }

  get text(): string {
    return this.collector.gaps()[0]?.text ?? '';
  }

  async until(reasons: readonly string[]): Promise<void> {
    await until(
      () => `the gaps are ${JSON.stringify(reasons)}, they are ${JSON.stringify(this.gaps)}`,
      () => JSON.stringify(this.gaps) === JSON.stringify(reasons),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#canaries[Symbol.asyncDispose]();
  }
}

test('a canary whose row comes back proves that a server logs that nobody else proves', async () => {
  await using server = await MailServer.start();
  await using setting = new Setting(server.port);
  server.onConnection = () => setting.rowCounted(1, setting.clock.ms);
  setting.pass(0);
  assert.deepEqual(setting.gaps, ['EX01 pop3 no proof of logging']);
  await setting.until([]);
  await until('it is back', () => setting.collector.canaryBook.proves('EX01', 'pop3', noon));
  assert.deepEqual(server.heard, ['QUIT\r\n']);
  const [canary] = setting.collector.summary().evidence.canaries;
  assert.equal(canary?.returnedAt, new Date(noon).toISOString());
  assert.equal(setting.collector.summary().verdict, 'clear');
  // It is our own doing, and nobody who would have to move.
  assert.equal(setting.collector.client('127.0.0.1')?.status, 'probe');
});

test('a canary is sent once each pause and not more often, and its socket is closed', async () => {
  await using server = await MailServer.start();
  await using setting = new Setting(server.port);
  server.onConnection = () => setting.rowCounted(server.connections, setting.clock.ms);
  setting.pass(0);
  await setting.until([]);
  setting.pass(everyMs - 1);
  await until('the socket is closed', () => server.open === 0);
  assert.equal(server.connections, 1);
  setting.pass(1);
  await until('the next one was sent', () => server.connections === 2);
  await until('the socket is closed', () => server.open === 0);
  assert.deepEqual(setting.gaps, []);
});

test('a canary that does not come back within a minute is a gap, until one does', async () => {
  await using server = await MailServer.start();
  await using setting = new Setting(server.port);
  // Logging is on as far as everybody else shows: rows of a client keep coming.
  setting.rowCounted(7, noon - 3_600_000);
  setting.pass(0);
  await until('it was sent', () => server.connections === 1 && setting.collector.canaryBook.states[0]?.sentAt !== null);
  setting.pass(60_000);
  assert.notDeepEqual(setting.gaps, ['EX01 pop3 canary missing']);
  setting.pass(1);
  await setting.until(['EX01 pop3 canary missing']);
  assert.match(
    setting.text,
    /^the canary's connection to EX01:110 at 12:00:00 UTC, from 127\.0\.0\.1, has not come back/,
  );
  server.onConnection = () => setting.rowCounted(9, setting.clock.ms);
  setting.pass(everyMs);
  await setting.until([]);
});

test('a canary that comes back late stays a gap until the next one is in time, and its row is not taken for the next', async () => {
  await using server = await MailServer.start();
  await using setting = new Setting(server.port);
  setting.pass(0);
  await until('it was sent', () => setting.collector.canaryBook.states[0]?.sentAt === noon);
  setting.pass(95_000);
  await setting.until(['EX01 pop3 canary missing']);
  setting.rowCounted(1, noon);
  await until('it is back', () => setting.text.includes('took 95 s to come back'));
  assert.deepEqual(setting.gaps, ['EX01 pop3 canary missing']);
  setting.pass(everyMs);
  await until('the next one was sent', () => setting.collector.canaryBook.states[0]?.sentAt === setting.clock.ms);
  // One more row of the time before comes very late.
  setting.rowCounted(2, noon);
  await until('it was looked at', () => !setting.collector.canaryBook.settle(setting.target, setting.clock.ms));
  assert.deepEqual(setting.gaps, ['EX01 pop3 canary missing']);
  setting.rowCounted(3, setting.clock.ms);
  await setting.until([]);
});

test('a server that does not accept the connection is a gap with the reason in words', async () => {
  const server = await MailServer.start();
  await server[Symbol.asyncDispose]();
  await using setting = new Setting(server.port);
  setting.pass(0);
  await setting.until(['EX01 pop3 canary refused']);
  assert.match(setting.text, /^the canary cannot connect to EX01:110: connect ECONNREFUSED/);
});

test('a server that accepts and says nothing is left at the deadline, and its row counts all the same', async () => {
  await using server = await MailServer.start(null);
  await using setting = new Setting(server.port, {}, 50);
  server.onConnection = () => setting.rowCounted(1, setting.clock.ms);
  setting.pass(0);
  await setting.until([]);
  await until('the socket is closed', () => server.open === 0);
  assert.deepEqual(server.heard, []);
});

test('IMAP4 and SMTP are parted from in their own words', async () => {
  for (const [protocol, words] of [
    ['imap4', 'a1 LOGOUT\r\n'],
    ['smtp', 'QUIT\r\n'],
  ] as const) {
    await using server = await MailServer.start();
    await using setting = new Setting(server.port, { protocol });
    server.onConnection = () => setting.rowCounted(1, setting.clock.ms);
    setting.pass(0);
    await setting.until([]);
    await until('it took its leave', () => server.heard.length > 0);
    assert.deepEqual(server.heard, [words]);
  }
});

test('a port whose TLS begins with the connection is greeted behind it, whoever signed its certificate', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-canary-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const expired = new Authority(folder, 'authority').sign('mail', ['DNS:elsewhere.test'], -1);
  await using server = await MailServer.start('* OK ready\r\n', expired);
  await using setting = new Setting(server.port, { protocol: 'imap4', tls: true });
  server.onConnection = () => setting.rowCounted(1, setting.clock.ms);
  setting.pass(0);
  await setting.until([]);
  await until('it took its leave', () => server.heard.length > 0);
  assert.deepEqual(server.heard, ['a1 LOGOUT\r\n']);
});

test('an end does not wait for a server that is silent, and closes the socket', async () => {
  await using server = await MailServer.start(null);
  const setting = new Setting(server.port, {}, 600_000);
  setting.pass(0);
  await until('it is connected', () => server.open === 1);
  await setting[Symbol.asyncDispose]();
  await until('the socket is closed', () => server.open === 0);
});

test('where no canary was sent for two pauses, the last one proves nothing any more', async () => {
  await using server = await MailServer.start();
  await using setting = new Setting(server.port);
  server.onConnection = () => setting.rowCounted(1, setting.clock.ms);
  setting.pass(0);
  await setting.until([]);
  await setting[Symbol.asyncDispose]();
  const { canaryBook } = setting.collector;
  assert.equal(canaryBook.proves('EX01', 'pop3', noon + 2 * everyMs + 60_000), true);
  assert.equal(canaryBook.proves('EX01', 'pop3', noon + 2 * everyMs + 60_001), false);
  assert.equal(canaryBook.proves('EX01', 'imap4', noon), false);
  setting.pass(15 * 60_000 + 1);
  assert.deepEqual(setting.gaps, ['EX01 pop3 no rows']);
});

test('a canary is a probe where it comes from, but a client that logs in from there is none', () => {
  const settings = collectorSettings();
  const known = new KnownClientsBook(settings, new TestClock(), false);
  assert.equal(known.statusOf(sightingOf('10.9.9.9')), 'unknown');
  assert.equal(known.learnCanary('10.9.9.9'), true);
  assert.equal(known.learnCanary('10.9.9.9'), false);
  assert.equal(known.statusOf(sightingOf('10.9.9.9')), 'probe');
  assert.equal(known.statusOf(sightingOf('10.9.9.9', { hasUser: true })), 'unknown');
});
