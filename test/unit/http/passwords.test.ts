import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from '../../../src/http/answer.ts';
import { Passwords } from '../../../src/http/passwords.ts';
import { Problem } from '../../../src/http/problem.ts';
import { type HttpServer, serve } from '../../../src/http/server.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { ask } from './asking.ts';

/** Of `open sesame` and `new words`, at the least cost, so that tests are quick. */
const sesame = '$2b$04$ZxpWjDGu/q.AhvDphWltEOTpSKDVNNyEnGaTe3QY7GP94T4vFKC7m';
const newWords = '$2b$04$43J3RZt245e291DAV7yqWui7.hCqLSojo6r6Ut1sab3bU40micKPC';

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

interface World {
  users: ReadonlyMap<string, string> | Error;
  now: number;
  readonly warnings: string[];
  readonly bounds: string[];
  readonly passwords: Passwords;
}

function world(): World {
  const warnings: string[] = [];
  const bounds: string[] = [];
  const self: Omit<World, 'passwords'> = { users: new Map([['someone', sesame]]), now: 0, warnings, bounds };
  const passwords = new Passwords({
    users: () => {
      if (self.users instanceof Error) throw self.users;
      return self.users;
    },
    now: () => self.now,
    log: { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) },
    onBound: (bound) => bounds.push(bound),
  });
  return Object.assign(self, { passwords });
}

async function status(passwords: Passwords, header: string | undefined): Promise<number> {
  try {
    await passwords.demand(header);
    return 200;
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error.status;
  }
}

test('the right password opens, again and again; all else does not', async () => {
  const { passwords } = world();
  assert.equal(await status(passwords, basic('someone', 'open sesame')), 200);
  assert.equal(await status(passwords, basic('someone', 'open sesame')), 200);
  for (const header of [
    undefined,
    '',
    'Basic',
    'Basic !!!',
    'Bearer open sesame',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    basic('someone', ''),
    basic('someone', 'open sesame '),
    basic('someone', 'Open sesame'),
    basic('nobody', 'open sesame'),
    basic('', 'open sesame'),
    basic('__proto__', 'x'),
  ]) {
    assert.equal(await status(passwords, header), 401, String(header));
  }
});

test('a password that was changed is in force within a second, and one that was right no more', async () => {
  const own = world();
  assert.equal(await status(own.passwords, basic('someone', 'open sesame')), 200);
  own.users = new Map([['someone', newWords]]);
  assert.equal(await status(own.passwords, basic('someone', 'open sesame')), 200);
  own.now = 1000;
  assert.equal(await status(own.passwords, basic('someone', 'open sesame')), 401);
  assert.equal(await status(own.passwords, basic('someone', 'new words')), 200);
  own.users = new Error('the file is gone');
  for (own.now of [2000, 3000]) assert.equal(await status(own.passwords, basic('someone', 'new words')), 200);
  assert.equal(own.warnings.length, 1);
});

test('few guesses may wait, and whoever was right before is let in meanwhile', async () => {
  const { passwords, bounds } = world();
  assert.equal(await status(passwords, basic('someone', 'open sesame')), 200);
  const guesses = Array.from({ length: 30 }, (_, guess) => status(passwords, basic('someone', `guess ${guess}`)));
  assert.equal(await status(passwords, basic('someone', 'open sesame')), 200);
  const answers = await Promise.all(guesses);
  assert.equal(answers.filter((answer) => answer === 401).length, 8);
  assert.equal(answers.filter((answer) => answer === 503).length, 22);
  assert.equal(bounds.length, 22);
  assert.equal(await status(passwords, basic('someone', 'open sesame')), 200);
});

test('a server with passwords says what it wants, and answers nothing else before', async () => {
  await using server: HttpServer = await serve({
    listen: { host: '127.0.0.1', port: 0 },
    allowInsecureListen: false,
    security: { tls: null, clientCertificates: false, users: () => new Map([['someone', sesame]]) },
    connectionsMax: 50,
    routes: [{ path: '/hello', parameters: [], answer: () => json({ hello: 'you' }) }],
    log: silentLogger,
    onBound: () => undefined,
  });
  for (const path of ['/hello', '/nothing']) {
    const { status: code, headers, text } = await ask(`${server.url}${path}`);
    assert.equal(code, 401);
    assert.equal(headers['www-authenticate'], 'Basic realm="straggler", charset="UTF-8"');
    assert.match(text, /for those with a name and a password/);
  }
  const known = await ask(`${server.url}/hello`, { headers: { authorization: basic('someone', 'open sesame') } });
  assert.equal(known.text, '{"hello":"you"}');
});
