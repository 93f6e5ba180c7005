import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type FixedClient, movedClients } from '../fixed-clients.ts';
import { FixedCollector } from '../fixed-collector.ts';
import { serveFixed } from '../serve-fixed.ts';
import { openPage, requireBrowser } from './open-page.ts';

/** Rows of the table of clients, in their order. */
function addresses(page: Page): Promise<string[]> {
  return page.locator('#client-rows tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key') ?? ''));
}

/** STRAGGLER_SCREENSHOTS=DIRECTORY keeps what the tests see. */
async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env['STRAGGLER_SCREENSHOTS'];
  if (directory !== undefined) await page.screenshot({ path: join(directory, `${name}.png`) });
}

const newcomer: FixedClient = {
  address: '10.1.9.99',
  status: 'unknown',
  users: ['svc-new'],
  seen: [{ server: 'EX01', protocol: 'pop3', minutesAgo: 0 }],
};

test('a change arrives without a reload, and rows do not jump while they are read', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const views = new FixedCollector();
  await using server = await serveFixed(views);
  const { page, complaints } = await openPage(browser, server.url);
  await picture(page, 'page');
  assert.equal(await page.locator('.headline strong').textContent(), '22');
  const before = await addresses(page);
  // What a reload would lose: a mark, and where the reader is.
  await page.evaluate('window.mark = 1');
  await page.locator('#client-rows a.address').nth(7).focus();
  const focused = await page.evaluate('document.activeElement.textContent');

  views.add(newcomer);
  await page.locator('.headline strong', { hasText: '23' }).waitFor();
  const button = page.locator('#news-button');
  await button.waitFor();
  assert.equal(await button.textContent(), 'Show 1 new');
  assert.deepEqual(await addresses(page), before, 'no row has moved');
  assert.equal(await page.evaluate('document.activeElement.textContent'), focused);

  await button.click();
  assert.ok((await addresses(page)).includes('10.1.9.99'));
  assert.equal(await button.isVisible(), false);
  assert.equal(await page.evaluate('window.mark'), 1);
  assert.match(await page.title(), /^23 ATTENTION/);
  assert.deepEqual(complaints, []);
});

test('the verdict changes its colour and its word together', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const views = new FixedCollector(movedClients());
  await using server = await serveFixed(views);
  const { page } = await openPage(browser, server.url);
  const colour = () =>
    page.evaluate(`(() => {
      const word = document.querySelector('.verdict');
      return word.textContent + ' ' + getComputedStyle(word).backgroundColor;
    })()`);
  assert.equal(await colour(), 'ALL CLEAR rgb(0, 114, 178)');
  views.gaps = [
    { server: 'EX01', protocol: 'pop3', reason: 'agent silent', text: 'the agent was last heard at 09:50' },
  ];
  views.version++;
  await page.locator('.verdict', { hasText: 'BLIND' }).waitFor();
  assert.equal(await colour(), 'BLIND rgb(122, 62, 157)');
  assert.equal(await page.locator('.headline strong').count(), 0, 'no zero is shown');
  await picture(page, 'blind');
  views.pastGaps = [{ ...views.gaps[0]!, from: '2026-11-24T01:00:00.000Z', to: '2026-11-24T03:30:00.000Z' }];
  views.gaps = [];
  views.version++;
  await page.locator('#past-gap-table td', { hasText: 'the agent was last heard at 09:50' }).waitFor();
  assert.equal(await colour(), 'ALL CLEAR rgb(0, 114, 178)');
});

const attack = `"><img src=x onerror="window.attacked=1"><script>window.attacked=2</script><svg onload=window.attacked=3>`;

test('texts from logs are shown as texts, also when they arrive live', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const hostile: FixedClient = {
    ...newcomer,
    status: 'unknown',
    label: attack,
    owner: attack,
    users: [attack],
    hints: [attack],
    failure: attack,
  };
  const views = new FixedCollector([hostile]);
  await using server = await serveFixed(views);
  const { page, complaints } = await openPage(browser, `${server.url}/?client=10.1.9.99&search=img`);
  views.add({ ...hostile, address: '10.1.9.98' });
  views.gaps = [{ server: attack, protocol: 'pop3', reason: 'no rows', text: attack }];
  views.pastGaps = [{ ...views.gaps[0]!, from: '2026-11-24T01:00:00.000Z', to: '2026-11-24T03:30:00.000Z' }];
  await page.locator('.gaps li').waitFor();
  await page.locator('#news-button').click();
  assert.equal(await page.locator('#client-rows tr').count(), 2);
  assert.ok((await page.locator('#client-rows').innerText()).includes(attack));
  assert.equal(await page.evaluate('window.attacked'), undefined);
  assert.equal(await page.locator('main img, main script, main svg').count(), 0);
  assert.deepEqual(complaints, []);
});

test('without scripts one can read, search, filter, sort, turn pages and look at a client', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  await using server = await serveFixed(new FixedCollector());
  const { page } = await openPage(browser, server.url, { javaScriptEnabled: false });
  assert.equal((await addresses(page))[0], '10.1.9.77');
  await page.getByRole('link', { name: 'Next page' }).click();
  assert.equal((await addresses(page)).length, 14);
  await page.getByLabel('Search').fill('scanner');
  await page.getByLabel('Status').selectOption('known');
  await page.getByRole('button', { name: 'Apply' }).click();
  assert.match(await page.locator('#result').innerText(), /^5 clients match/);
  await page.getByRole('link', { name: 'Connections' }).click();
  assert.match(page.url(), /search=scanner.*sort=-connections/);
  assert.equal(await page.locator('th[aria-sort="descending"]').innerText(), 'Connections');
  const [first] = await addresses(page);
  await page.locator('#client-rows a').first().click();
  assert.equal(await page.locator('#client-title').innerText(), first);
  await picture(page, 'no-script');
});

test('when the collector is gone the page says since when it is stale, and recovers by itself', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const views = new FixedCollector();
  const server = await serveFixed(views);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(server.url, { waitUntil: 'load' });
  await page.locator('html[data-live-state="on"]').waitFor();
  await server[Symbol.asyncDispose]();
  await page.locator('html[data-live-state="off"]').waitFor();
  await page.clock.fastForward(31_000);
  await page.locator('#stale').waitFor();
  assert.match(await page.locator('#stale').innerText(), /as of 2026-11-24 10:00:00 UTC/);
  await picture(page, 'stale');

  views.add(newcomer);
  await using again = await serveFixed(views, { port: Number(new URL(server.url).port) });
  assert.equal(again.url, server.url);
  await page.locator('.headline strong', { hasText: '23' }).waitFor();
  await page.clock.fastForward(1_000);
  await page.locator('#stale').waitFor({ state: 'hidden' });
});

test('the wall fits its screen without scrolling, and is live too', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const views = new FixedCollector();
  await using server = await serveFixed(views);
  const { page, complaints } = await openPage(browser, `${server.url}/?wall`, {
    viewport: { width: 1920, height: 1080 },
  });
  const overflow =
    'document.documentElement.scrollHeight - innerHeight + document.documentElement.scrollWidth - innerWidth';
  const smallest = `Math.min(...[...document.querySelectorAll('.wall *')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
    .map((element) => parseFloat(getComputedStyle(element).fontSize)))`;
  for (let index = 0; index < 9; index++)
    views.add({ ...newcomer, address: `2001:db8:1234:5678:9abc:def0:1234:567${index}` });
  await page.locator('.wall-number', { hasText: '31' }).waitFor();
  assert.equal(await page.locator('.wall-list li').count(), 5);
  assert.equal(await page.evaluate(overflow), 0);
  assert.ok(Number(await page.evaluate(smallest)) >= 32, 'nothing is smaller than 32 pixels on a screen of 1080 lines');
  await picture(page, 'wall');
  assert.deepEqual(complaints, []);
});

test('a phone and a window at 200 % show the page without scrolling it sideways', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  await using server = await serveFixed(new FixedCollector());
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 640, height: 450 },
  ]) {
    const { page } = await openPage(browser, `${server.url}/?client=10.1.9.77`, { viewport });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${viewport.width}`);
  }
});
