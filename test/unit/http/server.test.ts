import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { Problem } from '../../../src/http/problem.ts';
import { json } from '../../../src/http/answer.ts';
import type { Route } from '../../../src/http/route.ts';
import { type HttpServer, type ServerOptions, serve, urlLengthMax } from '../../../src/http/server.ts';
import { UserError } from '../../../src/runtime/errors.ts';
import { type Logger, silentLogger } from '../../../src/telemetry/logger.ts';
import { type Answered, ask, askRaw } from './asking.ts';

async function* endless(signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    yield 'more\n';
    await sleep(5, undefined, { signal }).catch(() => undefined);
  }
}

const routes: readonly Route[] = [
  { path: '/hello', parameters: ['name', 'size'], answer: ({ query }) => json({ hello: query.text('name') }) },
  { path: '/things/:thing', parameters: [], answer: ({ path }) => json(path) },
  { path: '/endless', parameters: [], answer: ({ signal }) => ({ type: 'text/plain', body: endless(signal) }) },
  {
    path: '/broken',
    parameters: [],
    answer() {
      throw new Error('secret detail');
    },
  },
  {
    path: '/refused',
    parameters: [],
    answer() {
      throw new Problem(503, 'Not now.', { headers: { 'Retry-After': '30' }, members: { reasons: ['why'] } });
    },
  },
];

function start(change: Partial<ServerOptions> = {}): Promise<HttpServer> {
  return serve({
    listen: { host: '127.0.0.1', port: 0 },
    allowInsecureListen: false,
    connectionsMax: 50,
    routes,
    log: silentLogger,
    onBound: () => undefined,
    ...change,
  });
}

function assertProblem(answer: Answered, status: number): { detail: string } {
  assert.equal(answer.status, status);
  const document = JSON.parse(answer.text);
  assert.equal(document.type, 'about:blank');
  assert.equal(document.status, status);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  return document;
}

test('a route answers with its parameters, and with headers that keep browsers strict', async () => {
  await using server = await start();
  const { status, headers, text } = await ask(`${server.url}/hello?name=x`);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), { hello: 'x' });
  assert.match(String(headers['content-security-policy']), /^default-src 'self'; /);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'no-store');
});

test('HEAD answers as GET does, without the body, and never asks for one that goes on', async () => {
  let asked = false;
  async function* body(): AsyncGenerator<string> {
    asked = true;
    yield 'more';
  }
  const going: Route = { path: '/going', parameters: [], answer: () => ({ type: 'text/plain', body: body() }) };
  await using server = await start({ routes: [...routes, going] });
  const hello = await ask(`${server.url}/hello`, { method: 'HEAD' });
  assert.equal(hello.status, 200);
  assert.equal(hello.text, '');
  const { status, headers } = await ask(`${server.url}/going`, { method: 'HEAD' });
  assert.deepEqual([status, headers['content-type'], asked], [200, 'text/plain', false]);
});

test('other methods are refused with what is allowed, whatever they carry', async () => {
  await using server = await start();
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    const answer = await ask(`${server.url}/hello`, { method, headers: { 'content-type': 'x/y' }, body: 'b' });
    assert.match(assertProblem(answer, 405).detail, new RegExp(method), method);
    assert.equal(answer.headers.allow, 'GET, HEAD');
  }
});

test('an unknown parameter is refused by name, with the nearest known one', async () => {
  await using server = await start();
  const { detail } = assertProblem(await ask(`${server.url}/hello?nmae=x`), 400);
  assert.equal(detail, 'There is no parameter "nmae": this path takes name, size; did you mean "name"?');
  assertProblem(await ask(`${server.url}/hello?name=a&name=b`), 400);
  assertProblem(await ask(`${server.url}/hello?__proto__=a`), 400);
});

test('an unknown path is a problem that names the nearest known one', async () => {
  await using server = await start();
  assert.match(assertProblem(await ask(`${server.url}/helo`), 404).detail, /did you mean "\/hello"\?/);
  assertProblem(await ask(`${server.url}/things/%`), 400);
});

test('what a path holds is decoded, and a long one is refused', async () => {
  await using server = await start();
  assert.deepEqual(JSON.parse((await ask(`${server.url}/things/2001%3adb8::1`)).text), { thing: '2001:db8::1' });
  assertProblem(await ask(`${server.url}/things/${'x'.repeat(300)}`), 414);
});

test('a defect answers 500 without its detail, and is logged with it', async () => {
  const logged: unknown[] = [];
  const log: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) };
  await using server = await start({ log });
  const answer = await ask(`${server.url}/broken?`);
  assertProblem(answer, 500);
  assert.doesNotMatch(answer.text, /secret/);
  assert.match(String((logged[0] as { error: Error }).error), /secret detail/);
});

test('a refusal carries its headers and members', async () => {
  await using server = await start();
  const answer = await ask(`${server.url}/refused`);
  assert.deepEqual(assertProblem(answer, 503), {
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'Not now.',
    reasons: ['why'],
  });
  assert.equal(answer.headers['retry-after'], '30');
});

test('on loopback only names of loopback are answered, so that no web site can ask through a browser', async () => {
  await using server = await start();
  for (const host of ['localhost', 'LOCALHOST:9471', '127.0.0.1', '127.1.2.3:80', '[::1]:9471', 'x.localhost']) {
    assert.equal((await ask(`${server.url}/hello`, { headers: { host } })).status, 200, host);
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    'a@localhost',
  ]) {
    assertProblem(await ask(`${server.url}/hello`, { headers: { host } }), 421);
  }
});

test('limits are met with a problem, and each moves its metric', async () => {
  const bounds: string[] = [];
  await using server = await start({ onBound: (bound) => bounds.push(bound) });
  assertProblem(await ask(`${server.url}/hello?name=${'x'.repeat(urlLengthMax)}`), 414);
  assertProblem(await ask(`${server.url}/hello?name=${'x'.repeat(1025)}`), 400);
  const raw = await askRaw(server.url, `GET /hello HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(raw, /^HTTP\/1\.1 431 /);
  assert.match(raw, /application\/problem\+json/);
  assert.match(await askRaw(server.url, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.deepEqual(bounds, ['http url length', 'http header bytes']);
});

test('a port in use is an error that names the flag', async () => {
  await using server = await start();
  const port = Number(new URL(server.url).port);
  await assert.rejects(start({ listen: { host: '127.0.0.1', port } }), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, `127.0.0.1:${port} is already in use.`);
    assert.match(error.remedy ?? '', /--listen HOST:PORT/);
    return true;
  });
});

test('an address that other machines reach is refused unless it was asked for', async () => {
  await assert.rejects(start({ listen: { host: '0.0.0.0', port: 0 } }), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.remedy ?? '', /--allow-insecure-listen/);
    return true;
  });
});

test('closing ends the answers that go on, and frees the port', async () => {
  const server = await start();
  const going = ask(`${server.url}/endless`);
  const first = await fetch(`${server.url}/endless`);
  await first.body!.getReader().read();
  // Not by cutting them off at the deadline of four seconds.
  const closed = server[Symbol.asyncDispose]().then(() => 'closed');
  assert.equal(await Promise.race([closed, sleep(3_000, 'waits', { ref: false })]), 'closed');
  assert.match((await going).text, /^(more\n)*$/);
  const again = createServer().listen(Number(new URL(server.url).port), '127.0.0.1');
  await once(again, 'listening');
  again.close();
});

test('closing cuts off whoever does not take the end', { timeout: 20_000 }, async () => {
  async function* body(): AsyncGenerator<string> {
    yield 'first';
    await new Promise(() => undefined);
  }
  const deaf: Route = { path: '/deaf', parameters: [], answer: () => ({ type: 'text/plain', body: body() }) };
  const server = await start({ routes: [deaf] });
  const response = await fetch(`${server.url}/deaf`);
  const reader = response.body!.getReader();
  await reader.read();
  await server[Symbol.asyncDispose]();
  await assert.rejects(reader.read());
});

test('an answer that waits is told when its client has gone', { timeout: 20_000 }, async () => {
  const ended = Promise.withResolvers<void>();
  async function* body(signal: AbortSignal): AsyncGenerator<string> {
    yield 'first';
    await once(signal, 'abort');
    ended.resolve();
  }
  const waiting: Route = {
    path: '/waiting',
    parameters: [],
    answer: ({ signal }) => ({ type: 'text/plain', body: body(signal) }),
  };
  await using server = await start({ routes: [waiting] });
  const leaving = new AbortController();
  const response = await fetch(`${server.url}/waiting`, { signal: leaving.signal });
  await response.body!.getReader().read();
  leaving.abort();
  await ended.promise;
});
