/** Clients that mean no good, on loopback: each is bounded, refused in words, and in nobody's way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from '../../src/http/answer.ts';
import type { Route } from '../../src/http/route.ts';
import { type HttpServer, type ServerOptions, serve } from '../../src/http/server.ts';
import { type Logger, silentLogger } from '../../src/telemetry/logger.ts';
import { FixedCollector } from '../fixed-collector.ts';
import { seeded } from '../processes/random.ts';
import { until } from '../processes/until.ts';
import { serveFixed } from '../serve-fixed.ts';
import { ask } from '../unit/http/asking.ts';
import { mutate } from './fuzz/mutate.ts';
import { RawClient, clients } from './raw-client.ts';

const routes: readonly Route[] = [
  { path: '/hello', parameters: ['name'], answer: ({ query }) => json({ hello: query.text('name') }) },
  { path: '/endless', parameters: [], answer: ({ signal }) => ({ type: 'text/plain', body: endless(signal) }) },
];

async function* endless(signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    yield 'x'.repeat(65_536);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function start(change: Partial<ServerOptions> = {}): Promise<HttpServer> {
  const defaults = { allowInsecureListen: false, connectionsMax: 20, log: silentLogger, onBound: () => undefined };
  return serve({ listen: { host: '127.0.0.1', port: 0 }, routes, ...defaults, ...change });
}

const unfinished = 'GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Slow: ';
const hello = 'GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('clients that never finish their request give way to those that do', { timeout: 60_000 }, async () => {
  const bounds: string[] = [];
  await using server = await start({ onBound: (bound) => bounds.push(bound) });
  using slow = clients(100, server.url, unfinished);
  await until('80 have given way', () => slow.filter(({ isClosed }) => isClosed).length === 80);
  for (const { status, text } of slow.filter(({ isClosed }) => isClosed)) {
    assert.equal(status, 503);
    assert.match(text, /application\/problem\+json[^]*20 connections are open, which is the limit/);
  }
  for (let index = 0; index < 5; index++) assert.equal((await ask(`${server.url}/hello`)).status, 200);
  assert.ok(bounds.length >= 80 && bounds.every((bound) => bound === 'http connections'));
});

test('where every connection is being answered the next one is refused in words', { timeout: 60_000 }, async () => {
  await using server = await start({ connectionsMax: 5 });
  using busy = clients(5, server.url, hello.replace('hello', 'endless'));
  await until('five are being answered', () => busy.every(({ status }) => status === 200));
  const refused = await ask(`${server.url}/hello`);
  assert.deepEqual([refused.status, JSON.parse(refused.text).status], [503, 503]);
  busy[0]?.socket.destroy();
  await until('a place is free', async () => (await ask(`${server.url}/hello`)).status === 200);
  assert.ok(busy.slice(1).every(({ isClosed }) => !isClosed));
});

test('who is too slow to ask is told', { timeout: 60_000 }, async () => {
  await using server = await start({ patience: { requestMs: 300, stalledMs: 60_000 } });
  using slow = new RawClient(server.url, unfinished);
  await until('the slow one is cut off', () => slow.isClosed);
  assert.match(slow.text, /^HTTP\/1\.1 408 [^]*did not arrive in time/);
});

test('who does not take an answer is cut off, and its answer ends', { timeout: 60_000 }, async () => {
  const ended = Promise.withResolvers<void>();
  const route: Route = {
    path: '/endless',
    parameters: [],
    answer({ signal }) {
      signal.addEventListener('abort', () => ended.resolve());
      return { type: 'text/plain', body: endless(signal) };
    },
  };
  await using server = await start({ routes: [route], patience: { requestMs: 10_000, stalledMs: 300 } });
  using deaf = new RawClient(server.url, hello.replace('hello', 'endless'));
  deaf.socket.pause();
  await ended.promise;
});

test('much of everything is refused in words', { timeout: 60_000 }, async () => {
  await using server = await start();
  const header = (name: string, bytes: number): string => `${name}: ${'x'.repeat(bytes)}\r\n`;
  const begin = 'GET /hello HTTP/1.1\r\nHost: localhost\r\n';
  const requests: readonly (readonly [status: number, bytes: string])[] = [
    [431, begin + header('X', 1_000_000)],
    [431, begin + header('Cookie', 20_000)],
    [431, begin + Array.from({ length: 3000 }, (_, index) => header(`X-${index}`, 8)).join('')],
    [431, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    [414, `GET /${'x'.repeat(8000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`],
    [421, 'GET /hello HTTP/1.1\r\nHost: straggler.evil.test\r\nConnection: close\r\n\r\n'],
    [421, 'GET http://evil.test/hello HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n'],
    [400, 'GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\nConnection: close\r\n\r\n'],
    [400, 'GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [400, 'GET /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
    [400, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
    [405, 'POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\n'],
  ];
  for (const [status, bytes] of requests) {
    using client = new RawClient(server.url, bytes);
    await until(`an answer to ${JSON.stringify(bytes.slice(0, 60))}`, () => client.isClosed);
    assert.equal(client.status, status, JSON.stringify(bytes.slice(0, 80)) + client.text.slice(0, 200));
    assert.match(client.text, /application\/problem\+json/);
  }
});

test('a pipeline is answered in order, and garbage ends it in words', { timeout: 60_000 }, async () => {
  await using server = await start();
  using patient = new RawClient(server.url, hello.repeat(2000));
  await until('all are answered', () => patient.text.match(/HTTP\/1\.1 200 /g)?.length === 2000);
  using client = new RawClient(server.url, `${hello.repeat(20)}\u0000\u0001garbage\r\n\r\n${hello.repeat(500)}`);
  await until('the pipeline is closed', () => client.isClosed);
  assert.match(client.text, /HTTP\/1\.1 400 [^]*This is not a request of HTTP\/1\.1/);
  assert.equal((await ask(`${server.url}/hello`)).status, 200);
});

test(
  'whatever bytes come, each client gets an answer or the end, and nothing is a defect',
  { timeout: 120_000 },
  async () => {
    const defects: string[] = [];
    const log: Logger = { ...silentLogger, error: (fields, message) => defects.push(message + JSON.stringify(fields)) };
    await using server = await start({ log, connectionsMax: 200, patience: { requestMs: 500, stalledMs: 5000 } });
    const random = seeded(5);
    const seeds = [hello, unfinished, hello.replace('GET', 'HEAD'), hello.replace('/hello', '/hello?name=%ff&name=b')];
    const words = [
      '\r\n\r\n',
      'Host: ',
      'HTTP/1.0',
      'HTTP/9.9',
      'OPTIONS',
      'Upgrade: h2c\r\n',
      'Expect: 100-continue\r\n',
      '%2e%2e',
    ];
    for (let round = 0; round < 6; round++) {
      const sent = Array.from({ length: 60 }, () =>
        mutate(Buffer.from(random.pick(seeds), 'latin1'), random, words, Buffer.from(random.pick(seeds), 'latin1')),
      );
      const asking = sent.map((bytes) => new RawClient(server.url, bytes));
      for (const client of asking) client.socket.end();
      await until('all have their answer or their end', () => asking.every(({ isClosed }) => isClosed));
    }
    assert.equal((await ask(`${server.url}/hello`)).status, 200);
    assert.deepEqual(defects, []);
  },
);

test(
  'of 1,000 live listeners as many are served as the limit says, and the page answers',
  { timeout: 120_000 },
  async () => {
    const listenersMax = 200;
    await using server = await serveFixed(new FixedCollector(), { listenersMax });
    using listening = clients(1000, server.url, 'GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until('each has an answer', () => listening.every(({ status }) => status > 0), 60_000);
    const served = listening.filter(({ status }) => status === 200);
    assert.equal(served.length, listenersMax);
    for (const { status, text } of listening) {
      if (status !== 200) assert.match(text, /^HTTP\/1\.1 503 [^]*application\/problem\+json[^]*which is the limit/);
    }
    const page = await ask(server.url);
    assert.deepEqual([page.status, page.text.includes('ATTENTION')], [200, true]);
    assert.match((await ask(`${server.url}/metrics`)).text, /straggler_live_listeners 200\n/);
    assert.ok(served.every(({ isClosed, text }) => !isClosed && text.includes('event: summary')));
    for (const { socket } of listening) socket.destroy();
    await until('their places are free', async () =>
      /straggler_live_listeners 0\n/.test((await ask(`${server.url}/metrics`)).text),
    );
  },
);
