import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertTruth } from '../../processes/against-truth.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { missing, requireBroker } from '../../require.ts';
import { writeLogs } from '../exchange.ts';
import { assertReportsTruth, report } from '../report.ts';
import { localFolder } from '../suite-folder.ts';

const manifest = fileURLToPath(new URL('../../../package.json', import.meta.url));
const executable = fileURLToPath(new URL('../../../dist/straggler.exe', import.meta.url));

function isBuilt(t: TestContext): boolean {
  if (existsSync(executable)) return true;
  missing(t, 'dist/straggler.exe is not there: "npm run build:exe" makes it');
  return false;
}

test('straggler.exe says its version', (t) => {
  if (!isBuilt(t)) return;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  assert.equal(execFileSync(executable, ['--version'], { encoding: 'utf8' }), `${version}\n`);
});

test('a report by straggler.exe equals the truth', async (t) => {
  if (!isBuilt(t)) return;
  const folder = await localFolder(t);
  const truth = writeLogs(folder, 20);
  assertReportsTruth(await report([executable], folder), truth);
});

test('straggler.exe runs: counts, serves its page, and stops when standard input ends', async (t) => {
  if (!isBuilt(t)) return;
  const folder = await localFolder(t);
  const truth = writeLogs(join(folder, 'logs'), 20);
  await using run = StragglerProcess.startProgram(
    [executable],
    ...(['run', join(folder, 'logs'), '--state', join(folder, 'state'), '--read-back', 'all'] as const),
    '--stop-on-stdin-end',
  );
  await run.ready();
  await assertTruth(run, truth);
  const page = await (await run.get('/')).text();
  const style = /href="(\/assets\/[^"]+\.css)"/.exec(page)?.[1];
  assert.ok(style !== undefined);
  assert.equal((await run.get(style)).status, 200);
  assert.deepEqual(await run.endInput(), { code: 0, signal: null });
});

test('straggler.exe talks to a broker', async (t) => {
  const broker = isBuilt(t) ? await requireBroker(t) : null;
  if (broker === null) return;
  const check = StragglerProcess.startProgram(
    [executable],
    ...(['check', '--brokers', broker.brokers.join(','), '--create-topics'] as const),
  );
  assert.equal((await check.ended).code, 0, check.log.join('\n'));
});
