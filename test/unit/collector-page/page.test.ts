import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageRoutes } from '../../../src/collector/page/page-routes.ts';
import { Problem } from '../../../src/http/problem.ts';
import { readQuery } from '../../../src/http/query.ts';
import type { FixedClient } from '../../fixed-clients.ts';
import { FixedCollector } from '../../fixed-collector.ts';

async function page(views: FixedCollector, parameters: Record<string, string> = {}): Promise<string> {
  const [route] = pageRoutes(views, '0.1.0');
  const { body, type } = await route!.answer({
    path: {},
    query: readQuery(parameters, route!.parameters),
    accept: undefined,
    signal: new AbortController().signal,
  });
  assert.match(type, /^text\/html/);
  return body as string;
}

/** Addresses of the shown rows, in their order. */
function shown(text: string): string[] {
  return [...text.matchAll(/<tr data-key="([^"]*)"/g)].map((match) => match[1]!);
}

test('unknown clients come first, and the pages follow each other by links', async () => {
  const views = new FixedCollector();
  const first = await page(views, { limit: '40' });
  assert.deepEqual(shown(first).slice(0, 2), ['10.1.9.77', '10.1.9.80']);
  const next = /<a rel="next" href="([^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&');
  assert.equal(next, '/?limit=40&cursor=40#clients');
  const second = await page(views, { limit: '40', cursor: '40' });
  assert.equal(shown(second).length, 24);
  assert.equal(new Set([...shown(first), ...shown(second)]).size, 64);
  assert.match(second, /First page/);
});

test('a heading sorts the other way round at the second click, and keeps the search', async () => {
  const views = new FixedCollector();
  const link = (text: string) =>
    /aria-sort="\w+"><a class="sort" href="([^"]*)">Last seen/s.exec(text.replaceAll(/\s*\n\s*/g, ''))?.[1];
  assert.equal(link(await page(views, { search: 'svc' })), '/?search=svc&amp;sort=-lastSeen#clients');
  assert.equal(link(await page(views, { search: 'svc', sort: '-lastSeen' })), '/?search=svc&amp;sort=lastSeen#clients');
});

test('one client is shown whole on request, with a line for the inventory where it is unknown', async () => {
  const views = new FixedCollector();
  const text = await page(views, { client: '::ffff:10.1.9.77' });
  assert.match(text, /value="10\.1\.9\.77,,,,,known,"/);
  assert.match(text, /-ERR Logon failure/);
  assert.doesNotMatch(await page(views, { client: '10.1.0.20' }), /inventory-line/);
  assert.match(await page(views, { client: '<x>' }), /&lt;x&gt;<\/h2>[\s\S]*No client with this address was seen/);
});

test('a device without a name is called as it calls itself, and what SMTP tells is shown whole', async () => {
  const client: FixedClient = {
    address: '10.1.9.90',
    status: 'unknown',
    helo: ['SCANNER-2'],
    seen: [{ server: 'EX01', protocol: 'smtp', minutesAgo: 1 }],
  };
  const list = await page(new FixedCollector([client]));
  assert.match(list, /<td class="middle"><span class="quiet" title="[^"]*">SCANNER-2<\/span><\/td>/);
  assert.doesNotMatch(list, /aria-label="SMTP"/);
  const detail = await page(new FixedCollector([client]), { client: client.address });
  const cells = [...detail.slice(detail.indexOf('aria-label="SMTP"')).matchAll(/<t[dh][^>]*>([^<]*)<\/t[dh]>/g)];
  assert.deepEqual(
    cells.slice(7, 14).map((match) => match[1]),
    ['EX01', '12', '11', 'SCANNER-2', 'TLS 1.2', 'scan@contoso.test', 'Relay'],
  );
  const named = await page(new FixedCollector([{ ...client, label: 'Scanner on floor 2' }]));
  assert.match(named, /<td class="middle">Scanner on floor 2<\/td>/);
});

const attack = `"><img src=x onerror=alert(1)><script>alert(2)</script>\u202e' onmouseover='x`;

test('no text from a log or an inventory becomes markup', async () => {
  const hostile: FixedClient = {
    address: attack,
    status: 'unknown',
    label: attack,
    owner: attack,
    users: [attack],
    hints: [attack],
    helo: [attack],
    failure: attack,
    seen: [
      { server: attack, protocol: 'pop3', minutesAgo: 1 },
      { server: attack, protocol: 'smtp', minutesAgo: 1 },
    ],
  };
  const views = new FixedCollector([hostile]);
  views.gaps = [{ server: attack, protocol: 'pop3', reason: 'no rows', text: attack }];
  views.agentList = views.agentList.map((agent) => ({ ...agent, server: attack, name: attack, version: attack }));
  for (const parameters of [{}, { client: attack }, { wall: '' }, { search: attack, server: attack }]) {
    const text = await page(views, parameters);
    assert.doesNotMatch(text, /<img src=x|<script>|onerror=alert\(1\)>|' onmouseover/);
    assert.doesNotMatch(text, /\u202e/);
    assert.equal(text.match(/<script\b/g)?.length, 1);
  }
});

test('nothing of style or script stands in the page, as its policy demands', async () => {
  for (const parameters of [{}, { wall: '' }, { client: '10.1.9.77' }]) {
    const text = await page(new FixedCollector(), parameters);
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|javascript:/);
  }
});

test('a zero without its evidence is BLIND, with the reasons', async () => {
  const views = new FixedCollector([], []);
  views.gaps = [{ server: 'EX01', protocol: 'pop3', reason: 'no rows', text: 'no row within 15m' }];
  const text = await page(views);
  assert.match(text, />BLIND</);
  assert.match(text, /<b>EX01 POP3<\/b> no row within 15m/);
  assert.doesNotMatch(text, /<strong>0<\/strong>/);
  assert.match(text, /No client has been seen yet/);
  assert.match(text, /No agent has reported yet/);
});

test('a positive number is shown whatever the evidence, with its gaps beside it', async () => {
  const views = new FixedCollector();
  views.gaps = [{ server: '', protocol: '', reason: 'state incomplete', text: 'the state is being loaded' }];
  const text = await page(views);
  assert.match(text, /<strong>22<\/strong>/);
  assert.match(text, /1 gap, so there may be more clients/);
  assert.match(text, /<b>Collector<\/b> the state is being loaded/);
});

test('unknown parameters of the page are refused by name too', async () => {
  await assert.rejects(page(new FixedCollector(), { serach: 'x' }), (error: unknown) => {
    assert.ok(error instanceof Problem);
    assert.match(error.message, /did you mean "search"\?$/);
    return true;
  });
});

test('assets are served under a name that changes with their content', async () => {
  const routes = pageRoutes(new FixedCollector(), '0.1.0');
  const paths = [...(await page(new FixedCollector())).matchAll(/\/assets\/([0-9a-f]{12})\/([a-z.]+)/g)];
  assert.deepEqual(new Set(paths.map((match) => match[2])), new Set(['page.css', 'page.js', 'icon.svg']));
  for (const [, tag, name] of paths) {
    const answer = await routes[1]!.answer({
      path: { tag: tag!, name: name! },
      query: readQuery({}, []),
      accept: undefined,
      signal: new AbortController().signal,
    });
    assert.match(answer.headers?.['Cache-Control'] ?? '', /immutable/);
  }
});

test('gaps in the evidence that were closed are listed with their reason, their server and their times', async () => {
  const views = new FixedCollector();
  assert.match(await page(views), /id="past-gaps-title"[\s\S]*<p class="empty">None\.<\/p>/);
  views.pastGaps = [
    {
      server: 'EX01',
      protocol: 'pop3',
      reason: 'no rows',
      text: 'no row <within> 15m',
      from: '2026-11-24T01:00:00.000Z',
      to: '2026-11-24T03:30:00.000Z',
    },
  ];
  const row = /id="past-gap-table"[\s\S]*<tbody>([\s\S]*?)<\/tbody>/.exec(await page(views))?.[1] ?? '';
  const cells = [...row.matchAll(/<td>([\s\S]*?)<\/td>/g)].map((match) => match[1]!.replaceAll(/<[^>]*>/g, '').trim());
  assert.deepEqual(cells, [
    '2026-11-24 01:00:00',
    '2026-11-24 03:30:00',
    '2 h 30 min',
    'EX01 POP3',
    'no rows',
    'no row &lt;within&gt; 15m',
  ]);
});
