/** The demo, watched as its user would: from the first second to the stranger who appears, and gone without a trace. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { openPage, requireBrowser } from './open-page.ts';

const stranger = '10.20.99.77';

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('straggler-demo-'));
}

test('the demo tells its story on the live page and leaves nothing behind', async (t) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const before = new Set(leftovers());
  await using demo = StragglerProcess.start('demo', '--speed', '10');
  const { page, complaints } = await openPage(browser, await demo.url());
  await page.getByText('REMAINING').first().waitFor();
  await page.locator('#headline-card').getByText('complete', { exact: true }).waitFor();
  // The stranger comes without a reload, and turns the verdict.
  await page.getByText('ATTENTION').first().waitFor({ timeout: 60_000 });
  await page.goto(`${await demo.url()}/?search=${stranger}`);
  await page.getByText(stranger).first().waitFor();
  await page.goto(`${await demo.url()}/?server=EX02`);
  await page.getByRole('cell', { name: 'Scanner' }).first().waitFor({ timeout: 60_000 });
  await page.goto(`${await demo.url()}/`);
  await page.getByText('ATTENTION').first().waitFor();
  const directory = process.env['STRAGGLER_SCREENSHOTS'];
  if (directory !== undefined) await page.screenshot({ path: join(directory, 'demo.png') });
  assert.deepEqual(complaints, []);
  await demo.signal('SIGINT');
  assert.deepEqual(await demo.ended, { code: 130, signal: null });
  assert.deepEqual(
    leftovers().filter((name) => !before.has(name)),
    [],
  );
});
