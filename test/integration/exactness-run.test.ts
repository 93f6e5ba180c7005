/** `run` killed at random again and again while a simulated server farm writes and rotates: nothing lost, nothing twice. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { assertTruth } from '../processes/against-truth.ts';
import { seeded } from '../processes/random.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';

const seeds = Array.from({ length: Number(process.env['STRAGGLER_EXACTNESS_SEEDS'] ?? 1) }, (_, index) => index + 1);
const kills = 20;
const startMs = Date.UTC(2026, 10, 20, 9, 30);
const stepMs = 4 * 60_000;

for (const seed of seeds) {
  test(`run killed with -9 at random ${kills} times counts every row once (seed ${seed})`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'straggler-exact-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const logs = join(folder, 'logs');
    const random = seeded(seed);
    using world = createWorld(variedWorld({ directory: logs, seed, startMs, style: roughStyle }));
    world.advanceBy(stepMs);
    const start = (): StragglerProcess =>
      StragglerProcess.start('run', logs, '--state', join(folder, 'state'), '--read-back', 'all');
    for (let kill = 0; kill < kills; kill++) {
      const run = start();
      // Some die while they start, some while they read, some when all is read and more comes.
      const lifeMs = kill % 3 === 0 ? random.below(600) : 500 + random.below(900);
      const end = Date.now() + lifeMs;
      await until('its time has come', () => {
        world.advanceBy(random.below(stepMs / 8));
        return Date.now() > end;
      });
      await run.signal('SIGKILL');
    }
    world.settle();
    await using run = start();
    await run.ready();
    await assertTruth(run, world.truth());
  });
}
