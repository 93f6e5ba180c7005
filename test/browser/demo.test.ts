/** The demo, watched as its user would: from the first second to the stranger who appears, and gone without a trace. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { openPage, requireBrowser } from './open-page.ts';

const stranger = '10.20.99.77';

/** What the demo leaves in a folder for temporary files that is its own: other demos may run on the machine. */
function leftovers(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('straggler-'));
}

test('the demo tells its story on the live page and leaves nothing behind', async (t) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
  t.after(() => rmSync(temporary, { recursive: true, force: true }));
  process.env['TMPDIR'] = temporary;
  await using demo = StragglerProcess.start('demo', '--speed', '10');
  const { page, complaints } = await openPage(browser, await demo.url());
  await page.getByText('REMAINING').first().waitFor();
  assert.equal(leftovers(temporary).length, 1, 'while it runs its logs are there');
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
  assert.deepEqual(leftovers(temporary), []);
});
