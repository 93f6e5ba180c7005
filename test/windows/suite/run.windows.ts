import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { seeded } from '../../processes/random.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { until } from '../../processes/until.ts';
import { startMs, writeLogs } from '../exchange.ts';
import { folderOn, localFolder } from '../suite-folder.ts';

const kills = 5;
const minuteMs = 60_000;

test(`run ended by force ${kills} times counts every row once`, async (t) => {
  const folder = await localFolder(t);
  const logs = join(folder, 'logs');
  const random = seeded(1);
  using world = createWorld(variedWorld({ directory: logs, seed: 1, startMs, style: roughStyle }));
  world.advanceBy(10 * minuteMs);
  const start = (): StragglerProcess =>
    StragglerProcess.start('run', logs, '--state', join(folder, 'state'), '--read-back', 'all');
  for (let kill = 0; kill < kills; kill++) {
    const run = start();
    // The first one may die while it starts; the others do while they read and write.
    if (kill > 0) await run.url();
    const end = Date.now() + random.below(1500);
    await until('its time has come', () => {
      world.advanceBy(random.below(minuteMs / 30));
      return Date.now() > end;
    });
    await run.signal('SIGKILL');
  }
  world.settle();
  await using run = start();
  await run.ready();
  await assertTruth(run, world.truth());
});

test('run follows a share', async (t) => {
  const share = await folderOn(t, 'STRAGGLER_TEST_SHARE');
  if (share === null) return;
  const folder = await localFolder(t);
  const logs = join(share, 'Logs');
  const truth = writeLogs(logs, 20);
  // Without a name every one of them would be EX01, the host of the share.
  const named = (await readdir(logs)).flatMap((server) => ['--server', `${server}=${join(logs, server)}`]);
  await using run = StragglerProcess.start(
    ...(['run', logs, ...named, '--state', join(folder, 'state'), '--read-back', 'all'] as const),
  );
  await run.ready();
  await assertTruth(run, truth);
});

test('a second run on the same state is refused in words, and the first one goes on', async (t) => {
  const folder = await localFolder(t);
  const truth = writeLogs(join(folder, 'logs'), 10);
  const own = [join(folder, 'logs'), '--state', join(folder, 'state'), '--read-back', 'all'] as const;
  await using first = StragglerProcess.start('run', ...own);
  await first.ready();
  await using second = StragglerProcess.start('run', ...own);
  const { code } = await second.ended;
  assert.equal(code, 1);
  assert.match(second.log.join('\n'), /another|in use|already/i);
  await assertTruth(first, truth);
});

test('the end of standard input stops run cleanly, and nothing is lost', async (t) => {
  const folder = await localFolder(t);
  const truth = writeLogs(join(folder, 'logs'), 10);
  const own = [join(folder, 'logs'), '--state', join(folder, 'state'), '--read-back', 'all'] as const;
  await using first = StragglerProcess.start('run', ...own, '--stop-on-stdin-end');
  await first.ready();
  assert.deepEqual(await first.endInput(), { code: 0, signal: null });
  await using second = StragglerProcess.start('run', ...own);
  await second.ready();
  await assertTruth(second, truth);
});
