/** The one-file executable of this system, made and run: its bundle, its threads, the files of its page. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeExecutables } from '../../deploy/executable/make-executables.ts';
import { variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { assertTruth } from '../processes/against-truth.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'Windows has a suite of its own' };

test('the one-file executable is the whole program', linuxOnly, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-executable-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [program = ''] = await makeExecutables([`linux-${process.arch}`], folder);
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  // Somewhere else and with nothing around: it must not find the sources by chance.
  const elsewhere = { cwd: folder, env: {}, encoding: 'utf8' } as const;
  assert.equal(execFileSync(program, ['--version'], elsewhere), `${version}\n`);
  using world = createWorld(variedWorld({ directory: join(folder, 'logs'), seed: 1, startMs: Date.UTC(2026, 10, 20) }));
  world.advanceBy(20 * 60_000);
  world.settle();
  await using run = StragglerProcess.startProgram(
    [program],
    ...(['run', join(folder, 'logs'), '--state', join(folder, 'state'), '--read-back', 'all'] as const),
    '--stop-on-stdin-end',
  );
  await run.ready();
  await assertTruth(run, world.truth());
  const page = await (await run.get('/')).text();
  const style = /href="(\/assets\/[^"]+\.css)"/.exec(page)?.[1];
  assert.ok(style !== undefined);
  assert.equal((await run.get(style)).status, 200);
  assert.deepEqual(await run.endInput(), { code: 0, signal: null });
  assert.match(await readFile(join(folder, 'LICENCES.txt'), 'utf8'), /==== fastify/);
});
