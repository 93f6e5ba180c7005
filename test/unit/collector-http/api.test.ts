import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { FixedCollector } from '../../fixed-collector.ts';
import { serveFixed } from '../../serve-fixed.ts';
import { ask } from '../http/asking.ts';

async function start(views = new FixedCollector(), listenersMax = 5) {
  const server = await serveFixed(views, { listenersMax });
  const get = async (path: string) => {
    const { status, text, headers } = await ask(server.url + path);
    return { status, headers, text, body: String(headers['content-type']).includes('json') ? JSON.parse(text) : null };
  };
  return { ...server, views, get };
}

test('the summary is what the views say', async () => {
  await using server = await start();
  const { body } = await server.get('/api/v1/summary');
  assert.deepEqual(body, server.views.summary());
  assert.equal(body.verdict, 'attention');
  assert.deepEqual(body.headline, { window: '24h', remaining: 22, unknown: 2, silentFor: { '7d': 9, '30d': 40 } });
});

test('clients are filtered, sorted and paged', async () => {
  await using server = await start();
  const all = await server.get('/api/v1/clients');
  assert.equal(all.body.total, 64);
  assert.deepEqual(
    all.body.clients.map((client: { lastSeen: string }) => client.lastSeen),
    all.body.clients
      .map((client: { lastSeen: string }) => client.lastSeen)
      .toSorted()
      .toReversed(),
    'the last seen first',
  );
  const some = await server.get(
    '/api/v1/clients?status=known&server=ex01.contoso.test&protocol=pop3&window=24h&sort=address&limit=3',
  );
  assert.equal(some.body.clients.length, 3);
  assert.ok(some.body.clients.every((client: { status: string }) => client.status === 'known'));
  const next = await server.get(`/api/v1/clients?status=known&limit=3&sort=address&cursor=${some.body.next}`);
  assert.equal(next.status, 200);
  const found = await server.get('/api/v1/clients?search=SCAN-LEGACY');
  assert.deepEqual(
    found.body.clients.map(({ address }: { address: string }) => address),
    ['10.1.9.77'],
  );
});

test('parameters that cannot be are refused by name, with what can be', async () => {
  await using server = await start();
  const detail = async (query: string) => {
    const { status, body } = await server.get(`/api/v1/clients?${query}`);
    assert.equal(status, 400, query);
    return body.detail;
  };
  assert.match(await detail('stauts=known'), /no parameter "stauts": .*; did you mean "status"\?$/);
  assert.match(await detail('status=unknwon'), /"status" cannot be "unknwon": .*; did you mean "unknown"\?$/);
  assert.match(await detail('window=2h'), /one of 5m, 1h, 24h, 7d, 30d/);
  assert.match(await detail('sort=lastseen'), /did you mean "lastSeen"\?$/);
  assert.match(await detail('limit=0'), /whole number from 1 to 1000, not "0"/);
  assert.match(await detail('limit=1e3'), /"limit"/);
  assert.match(await detail(`search=${'x'.repeat(257)}`), /longer than 256/);
});

test('blank fields of a form are no filters', async () => {
  await using server = await start();
  assert.equal((await server.get('/api/v1/clients?status=&server=&protocol=&window=&search=&sort=')).body.total, 64);
});

test('one client is found by any spelling of its address', async () => {
  await using server = await start();
  assert.equal((await server.get('/api/v1/clients/10.1.9.77')).body.status, 'unknown');
  assert.equal((await server.get('/api/v1/clients/::ffff:10.1.9.77')).body.address, '10.1.9.77');
  assert.equal((await server.get('/api/v1/clients/2001:DB8:0::9')).body.address, '2001:db8::9');
  assert.equal((await server.get('/api/v1/clients/10.9.9.9')).status, 404);
  assert.equal((await server.get('/api/v1/clients/printer')).status, 400);
});

test('agents come with their lanes and gaps', async () => {
  await using server = await start();
  assert.deepEqual((await server.get('/api/v1/agents')).body, { agents: server.views.agents() });
});

test('the export holds every sighting, in many pieces too', async () => {
  const views = new FixedCollector();
  const [first] = [...views.sightings()];
  views.sightings = () => Array.from({ length: 1_234 }, (_, index) => ({ ...first!, connections: index }));
  await using server = await start(views);
  const { text, headers } = await server.get('/api/v1/export.csv');
  const rows = parse<Record<string, string>>(text, { columns: true });
  assert.deepEqual(
    rows.map((row) => row['connections']),
    Array.from({ length: 1_234 }, (_, index) => String(index)),
  );
  assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/);
  assert.equal(headers['content-disposition'], 'attachment; filename="straggler-2026-11-24T100000Z.csv"');
});

test('more listeners than allowed are refused with a sentence, and counted', async () => {
  await using server = await start(new FixedCollector(), 1);
  const leaving = new AbortController();
  const first = await fetch(`${server.url}/api/v1/live`, { signal: leaving.signal });
  const reader = first.body!.getReader();
  await reader.read();
  assert.match((await server.registry.scrape(undefined)).body, /^straggler_live_listeners 1$/m);
  const second = await server.get('/api/v1/live');
  assert.equal(second.status, 503);
  assert.match(second.body.detail, /^1 pages follow the live feed already, which is the limit/);
  assert.match((await server.registry.scrape(undefined)).body, /bounds_hit_total\{bound="live listeners"\} 1/);
  leaving.abort();
});
