/** The HTML report as a browser shows it: from a file, without a network. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { reportHtml } from '../../src/report/html/page.ts';
import { report } from '../unit/report/run.ts';
import { session, writeLog } from '../unit/report/logs.ts';
import { type OpenPage, openPage, requireBrowser } from './open-page.ts';

const inventory = 'cidr,label,owner\n10.1.2.0/24,Scanners,Facilities\n';

async function opened(t: TestContext, options: BrowserContextOptions = {}, clients = 40): Promise<OpenPage | null> {
  const browser = await requireBrowser(t);
  if (browser === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'straggler-report-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const sessions = Array.from({ length: clients }, (_, index) =>
    Array.from({ length: 1 + (index % 7) }, () =>
      session({
        address: `10.1.${index < 30 ? 2 : 3 + Math.floor(index / 250)}.${(index % 250) + 1}`,
        user: `svc-${index}`,
        at: new Date(Date.UTC(2026, 10, 20, 10, index)).toISOString(),
      }),
    ).join(''),
  );
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', ...sessions);
  writeLog(folder, 'EX02/Imap4/IMAP42026112010-1.LOG', session({ address: '2001:db8::25' }));
  const known = parseInventory(inventory).inventory;
  assert.ok(known !== undefined);
  const file = join(folder, 'report.html');
  writeFileSync(file, [...reportHtml(await report({ paths: [folder], inventory: known }))].join(''));
  return await openPage(browser, pathToFileURL(file).href, { offline: true, ...options });
}

function addresses({ page }: OpenPage): Promise<string[]> {
  return page.locator('#rows tr:visible .address').allInnerTexts();
}

test('the report is searched, filtered and sorted without a network, and nobody complains', async (t: TestContext) => {
  const report = await opened(t);
  if (report === null) return;
  const { page, complaints } = report;
  assert.equal(await page.locator('.headline strong').innerText(), '11');
  assert.deepEqual((await addresses(report)).slice(0, 2), ['2001:db8::25', '10.1.3.31']);

  await page.getByRole('searchbox').fill('SCANNERS svc-7');
  assert.deepEqual(await addresses(report), ['10.1.2.8']);
  assert.equal(await page.locator('#result').innerText(), '1 of 41 entries');
  const found = async (text: string): Promise<readonly string[]> => {
    await page.getByRole('searchbox').fill(text);
    return await addresses(report);
  };
  assert.deepEqual(await found('10.1.2.4/31'), ['10.1.2.4', '10.1.2.5']);
  assert.deepEqual(await found('10.1.2.30 - 10.1.3.31'), ['10.1.3.31', '10.1.2.30'], 'the unknown one first');
  assert.deepEqual(await found('2001:db8::/32'), ['2001:db8::25']);
  assert.deepEqual(await found('10.1.2.0/24 svc-1 '), [
    '10.1.2.2',
    ...Array.from({ length: 10 }, (_, n) => `10.1.2.${n + 11}`),
  ]);
  assert.deepEqual(await found('10.1.2.4/24'), [], 'no network, so a text');
  assert.deepEqual(await found('10.1.2.1'), ['10.1.2.1', ...Array.from({ length: 10 }, (_, n) => `10.1.2.${n + 10}`)]);
  await page.getByRole('searchbox').fill('');
  await page.locator('#status').selectOption('unknown');
  assert.equal((await addresses(report)).length, 11);
  await page.locator('#server').selectOption('EX02');
  assert.deepEqual(await addresses(report), ['2001:db8::25']);
  await page.locator('#server').selectOption('');
  await page.locator('#status').selectOption('');

  await page.getByRole('button', { name: 'Connections' }).click();
  assert.equal(await page.locator('th[aria-sort="descending"]').innerText(), 'Connections');
  assert.equal((await addresses(report))[0], '10.1.3.35', 'of equals the unknown one');
  await page.getByRole('button', { name: 'Client' }).click();
  assert.deepEqual(
    (await addresses(report)).slice(0, 3),
    ['10.1.2.1', '10.1.2.2', '10.1.2.3'],
    'by number, not by letter',
  );
  assert.equal((await addresses(report)).at(-1), '2001:db8::25');
  await page.getByRole('button', { name: 'Last seen' }).click();
  assert.equal((await addresses(report))[0], '10.1.3.40');
  assert.deepEqual(complaints, []);
});

test('both colour schemes have ink that stands out, and a phone scrolls only the table', async (t: TestContext) => {
  const grounds: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const report = await opened(t, { colorScheme, viewport: { width: 390, height: 800 } });
    if (report === null) return;
    const { page } = report;
    const colours = await page.evaluate(`(() => {
      const style = getComputedStyle(document.documentElement);
      return [style.backgroundColor, style.color];
    })()`);
    const [ground = '', ink = ''] = colours as string[];
    const light = (colour: string): number => Number(/\d+/.exec(colour)?.[0]);
    assert.ok(Math.abs(light(ground) - light(ink)) > 150, `${ink} on ${ground}`);
    grounds.push(ground);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
  }
  assert.notEqual(grounds[0], grounds[1]);
});

test('without scripts and on paper all rows are there, and nothing to click on', async (t: TestContext) => {
  const report = await opened(t, { javaScriptEnabled: false, colorScheme: 'dark' });
  if (report === null) return;
  const { page } = report;
  assert.equal((await addresses(report)).length, 41);
  assert.equal(await page.locator('button:visible, input:visible, select:visible').count(), 0);
  await page.emulateMedia({ media: 'print' });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.match(pdf.toString('latin1'), /\/MediaBox \[0 0 84[12][\d.]* 59[45]/, 'A4, landscape');
  assert.ok((pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0) > 1);
});

test('of many rows some are shown at a time, and all of them on paper', async (t: TestContext) => {
  const report = await opened(t, {}, 700);
  if (report === null) return;
  const { page, complaints } = report;
  assert.equal((await addresses(report)).length, 200);
  await page.getByRole('button', { name: 'Show 501 more of 501' }).click();
  assert.equal((await addresses(report)).length, 701);
  await page.getByRole('button', { name: 'Users' }).click();
  assert.equal((await addresses(report)).length, 200);
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  assert.equal((await addresses(report)).length, 701);
  await page.evaluate("dispatchEvent(new Event('afterprint'))");
  assert.equal((await addresses(report)).length, 200);
  assert.deepEqual(complaints, []);
});
