/** `run`, killed before and after each of its durable writes, goes on without losing or doubling a row. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { runWrites } from './durable-writes.ts';
import { assertAllNamed, deaths, KillPoints } from './killed.ts';

const startMs = Date.UTC(2026, 10, 20, 9, 30);
const stepMs = 60_000;

test('run killed before and after each durable write counts every row once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-points-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const logs = join(folder, 'logs');
  using world = createWorld(variedWorld({ directory: logs, seed: 3, startMs, style: roughStyle }));
  world.advanceBy(stepMs);
  const points = new KillPoints(folder);
  const settings = [logs, '--state', join(folder, 'state'), '--read-back', 'all'];
  // What was lost or doubled at one point stays wrong for ever, so the end shows it of all of them.
  for (const write of runWrites) {
    for (const death of deaths) {
      await points.killAt(write, death, 'run', ...settings);
      world.advanceBy(stepMs);
    }
  }
  world.settle();
  await using run = points.start('run', ...settings);
  await run.ready();
  await assertTruth(run, world.truth());
  assertAllNamed(points.passed, runWrites);
});
