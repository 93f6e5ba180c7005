/**
 * A log whose every field is hostile goes through everything that reads logs and everything that shows what was read,
 * as real processes, without effect.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openPage, requireBrowser } from '../browser/open-page.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { findProgram } from '../find-program.ts';
import { missing } from '../require.ts';
import { assertHarmlessCsv, assertPlainLines, spreadsheetsOf } from './harmless.ts';
import { hostileClients, hostileInventory, writeHostileLogs } from './hostile-logs.ts';
import { hostileTexts } from './hostile-texts.ts';

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'straggler-hostile-'));
const logs = join(folder, 'logs');
const inventory = join(folder, 'known.csv');
let run: StragglerProcess;

before(async () => {
  writeHostileLogs(logs);
  writeFileSync(inventory, hostileInventory());
  run = StragglerProcess.start(
    'run',
    logs,
    '--state',
    join(folder, 'state'),
    '--read-back',
    'all',
    '--inventory',
    inventory,
  );
  await run.ready();
});

after(async () => {
  await run[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** What a text would have made that was taken for HTML. */
const made =
  'main script, main img, main iframe, main base, main style, main svg, main [onerror], main [onload], main [onmouseover]';

function report(format: string): { stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [start, 'report', logs, '--inventory', inventory, '--no-progress', '--format', format],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  assert.equal(status, 0, stderr.slice(0, 2000));
  assertPlainLines(stderr, 'standard error');
  return { stdout, stderr };
}

test('report as a table: nothing that a terminal obeys, and no line without end', () => {
  const { stdout } = report('table');
  assertPlainLines(stdout, 'the table');
  const longest = Math.max(...stdout.split('\n').map((line) => line.length));
  assert.ok(longest < 800, `a line of ${longest} characters`);
  for (const [address] of hostileClients) assert.ok(stdout.includes(` ${address} `), address);
});

test('report as JSON: every text is there as it was written, cut, and nothing else came in', () => {
  const { stdout } = report('json');
  assertPlainLines(stdout, 'the JSON');
  const { clients, input } = JSON.parse(stdout);
  const byAddress = new Map<string, { users: string[]; lastFailure: { reason: string } | null }>();
  const mail = new Map<string, { helo: string[]; senders: string[]; users: string[]; tracked: number }>();
  for (const client of clients) {
    if (client.server === 'PLAIN') (client.protocol === 'smtp' ? mail : byAddress).set(client.address, client);
  }
  for (const [address, name] of hostileClients) {
    const text = (hostileTexts[name] ?? '').replaceAll(/[\r\n]/g, ' ').toWellFormed();
    const client = byAddress.get(address);
    assert.ok(client !== undefined, address);
    if (text.trim() !== '') {
      const kept = [...text].slice(0, 256).join('');
      assert.ok(client.users.includes(kept), `${name}: ${JSON.stringify(client.users)}`);
    }
    for (const user of client.users) assert.ok([...user].length <= 256);
    const sent = mail.get(address);
    assert.ok(sent !== undefined, `${address} by SMTP`);
    assert.equal(sent.tracked, 3, name);
    for (const kept of [sent.users, sent.helo, sent.senders]) {
      for (const one of kept) assert.ok([...one].length <= 256 && one.isWellFormed());
    }
    if (text.trim() !== '' && name !== 'nul') {
      const kept = [...text.trim()].slice(0, 256).join('');
      assert.ok(sent.helo.includes(kept), `${name}: ${JSON.stringify(sent.helo)}`);
    }
  }
  assert.ok(input.badRows > 0 && input.problems.length > 0);
  assert.equal(({} as { evil?: unknown }).evil, undefined);
});

test('report as CSV, and the export of a collector: no cell is a formula, no row is torn', async () => {
  const rows = assertHarmlessCsv(report('csv').stdout);
  const exported = assertHarmlessCsv(await (await run.get('/api/v1/export.csv')).text());
  assert.equal(exported.length, rows.length);
});

test('a spreadsheet opens the CSV with either separator, and computes and links nothing', (t: TestContext) => {
  const soffice = findProgram('soffice', 'localc');
  if (soffice === null) return missing(t, 'LibreOffice Calc (Debian: libreoffice-calc-nogui)');
  const { stdout } = report('csv');
  for (const separator of [',', ';'] as const) {
    const [sheet, control] = spreadsheetsOf(
      soffice,
      [stdout, `users${separator}x\r\n=1+1${separator}y\r\n`],
      separator,
    );
    assert.match(sheet ?? '', /10\.66\.0\.1/);
    const [computed] = /<[^>]*(?:table:formula|xlink:href="[^#]|table:dde-link)[^>]*>/.exec(sheet ?? '') ?? [];
    assert.equal(computed, undefined, separator);
    assert.match(control ?? '', /table:formula/, 'the import is one that would compute');
  }
});

test('the page shows it all as text: no script runs, nothing is asked elsewhere, nothing is complained about', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const url = await run.url();
  const views = [
    '/?limit=500',
    '/?wall',
    ...hostileClients.slice(0, 12).map(([address]) => `/?client=${address}&search=${address}`),
    ...Object.values(hostileTexts)
      .filter((text) => text.length < 200)
      .map(
        (text) =>
          `/?search=${encodeURIComponent(text.toWellFormed())}&client=${encodeURIComponent(text.toWellFormed())}`,
      ),
  ];
  const { page, complaints } = await openPage(browser, url);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) elsewhere.push(request.url());
  });
  for (const view of views) {
    await page.goto(url + view, { waitUntil: 'load' });
    assert.equal(await page.evaluate('window.attacked'), undefined, view);
    assert.equal(await page.locator(made).count(), 0, view);
  }
  assert.deepEqual([elsewhere, complaints], [[], []]);
});

test('report as a page: all of it is text, and the page asks nobody for anything', async (t: TestContext) => {
  const browser = await requireBrowser(t);
  if (browser === null) return;
  const file = join(folder, 'report.html');
  writeFileSync(file, report('html').stdout);
  const { page, complaints } = await openPage(browser, pathToFileURL(file).href);
  await page.locator('#search').fill('<script>');
  assert.match(await page.locator('#result').innerText(), /^\d+ of \d+ entries$/);
  await page.locator('#search').fill('');
  for (const head of await page.locator('.clients thead button').all()) await head.click();
  assert.equal(await page.evaluate('window.attacked'), undefined);
  assert.equal(await page.locator(made).count(), 0);
  // Narrow, usual, and the first width at which the table does not scroll by itself.
  for (const width of [600, 1280, 1376, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${width} pixels`);
  }
  assert.deepEqual(complaints, []);
});

test('the API gives JSON of its own shape, for any address and any search', async () => {
  for (const path of ['/api/v1/summary', '/api/v1/clients?limit=1000', '/api/v1/agents', '/api/v1/clients/10.66.0.1']) {
    const answer = await run.get(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    await answer.json();
  }
  for (const text of Object.values(hostileTexts)) {
    const word = encodeURIComponent(text.slice(0, 300).toWellFormed());
    for (const path of [
      `/api/v1/clients?search=${word}`,
      `/api/v1/clients/${word}`,
      `/api/v1/${word}`,
      `/?${word}=1`,
    ]) {
      const answer = await run.get(path);
      assert.ok([200, 400, 404, 414].includes(answer.status), `${path}: ${answer.status}`);
      if (answer.status !== 200) assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
      JSON.parse(answer.headers.get('content-type')?.includes('json') === true ? await answer.text() : '{}');
    }
  }
});

test('metrics stay metrics: promtool agrees, and no label made a series', async (t: TestContext) => {
  const text = await (await run.get('/metrics')).text();
  const names = new Set(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => /^[a-z_]+/.exec(line)?.[0] ?? line),
  );
  for (const name of names)
    assert.match(name, /^(straggler|process|nodejs)_/, 'every line begins with a metric of ours');
  const promtool = findProgram('promtool');
  if (promtool === null) return missing(t, 'promtool (Debian: prometheus)');
  const checked = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stdout + checked.stderr], [0, '']);
});

test('the log of the program is one JSON document a line, forged by nobody', () => {
  assert.ok(run.log.length > 2);
  for (const line of run.log) {
    assertPlainLines(line, 'a line of the log');
    const { level, msg } = JSON.parse(line);
    assert.ok(level !== 60 && msg !== 'forged', line);
  }
});
