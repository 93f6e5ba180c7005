/** `inventory check` and `inventory propose` as people run them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { freePort } from '../broker/free-port.ts';
import { FixedCollector } from '../fixed-collector.ts';
import { runStraggler as straggler } from '../processes/run-straggler.ts';
import { serveFixed } from '../serve-fixed.ts';
import { session, writeLog } from '../unit/report/logs.ts';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-inventory-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('check says every problem by its line and exits with 2; what can be used is looked at twice', async (t) => {
  const file = join(scratch(t), 'known.csv');
  writeFileSync(file, 'cidr,label\n10.1.2.3/24,a\nnobody,b\n');
  const bad = await straggler(['inventory', 'check', file]);
  assert.equal(bad.code, 2);
  assert.match(
    bad.out,
    /^PROBLEM {2}line 2: .*did you mean 10\.1\.2\.0\/24\?\nPROBLEM {2}line 3: "nobody" is no address/,
  );
  writeFileSync(file, 'cidr,label,state\n10.0.0.0/8,a,\n10.1.2.3,b,acknowledged\n');
  const good = await straggler(['inventory', 'check', file]);
  assert.deepEqual([good.code, good.errors], [0, '']);
  assert.match(good.out, /^warning {2}line 2: .*\nok {7}.* can be used: 1 known, 1 acknowledged\n$/);
  const absent = await straggler(['inventory', 'check', `${file}.not`]);
  assert.deepEqual([absent.code, absent.out], [1, '']);
  assert.match(absent.errors, /does not exist/);
});

test('propose reads a report from standard input, and a second look finds nobody unknown', async (t) => {
  const folder = scratch(t);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session(), session({ address: '10.1.2.4', user: '=cmd' }));
  const known = join(folder, 'known.csv');
  writeFileSync(known, 'cidr,label,state,note\n10.1.2.3,Scanner,known,\n');
  const before = readFileSync(known);
  const report = await straggler(['report', folder, '--inventory', known, '--format', 'json', '--no-progress']);
  const proposed = await straggler(['inventory', 'propose', '-', '--inventory', known], report.out);
  assert.equal(proposed.out, '10.1.2.4,,known,"last seen 2026-11-20 on EX01 pop3, users =cmd"\n');
  assert.match(proposed.errors, /1 of 1 unknown clients proposed/);
  assert.deepEqual(readFileSync(known), before, 'the file of people is theirs');
  writeFileSync(known, before + proposed.out);
  const again = await straggler(['report', folder, '--inventory', known, '--fail-on-unknown', '--no-progress']);
  assert.equal(again.code, 0);
});

test('propose asks a running collector, page by page', async () => {
  const views = new FixedCollector();
  for (let index = 0; index < 1200; index++) {
    const address = `10.77.${index >> 8}.${index & 255}`;
    views.add({ address, status: 'unknown', seen: [{ server: 'EX01', protocol: 'pop3', minutesAgo: 1 }] });
  }
  await using server = await serveFixed(views);
  const { code, out } = await straggler(['inventory', 'propose', server.url]);
  assert.equal(code, 0);
  const { inventory, problems } = parseInventory(out);
  assert.equal(problems, undefined);
  const unknown = views.list.filter(({ status }) => status === 'unknown');
  assert.equal(inventory?.entries.length, unknown.length);
  for (const { address } of unknown) assert.equal(inventory?.find(address)?.cidr, address);
});

test('a source that is none is one sentence with what to do', async () => {
  const other = await straggler(['inventory', 'propose', '-'], '{"clients":[]}');
  assert.equal(other.code, 1);
  assert.match(other.errors, /^straggler: Standard input is no report of Straggler as JSON\.\n {2}Make one with /);
  const silent = await straggler(['inventory', 'propose', `http://127.0.0.1:${await freePort()}/`]);
  assert.equal(silent.code, 1);
  assert.match(silent.errors, /does not answer \(ECONNREFUSED\)\.\n {2}Is it running there\?/);
});
