import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { requireBroker } from '../../require.ts';
import { startMs } from '../exchange.ts';
import { localFolder } from '../suite-folder.ts';

const minuteMs = 60_000;

test('what an agent sends to a broker, ended by force in between, equals the truth', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const brokers = broker.brokers.join(',');
  const folder = await localFolder(t);
  const check = StragglerProcess.start('check', '--brokers', brokers, '--create-topics');
  assert.equal((await check.ended).code, 0, check.log.join('\n'));
  const logs = join(folder, 'logs');
  using world = createWorld(
    variedWorld({ directory: logs, seed: 2, startMs, style: { ...roughStyle, mode: 'batch' } }),
  );
  world.advanceBy(20 * minuteMs);
  const start = (): StragglerProcess =>
    StragglerProcess.start(
      ...(['agent', logs, '--brokers', brokers, '--state', join(folder, 'state'), '--read-back', 'all'] as const),
    );
  await using collector = StragglerProcess.start('collector', '--brokers', brokers);
  const first = start();
  await first.url();
  world.advanceBy(10 * minuteMs);
  await first.signal('SIGKILL');
  world.advanceBy(10 * minuteMs);
  world.settle();
  await using agent = start();
  await agent.ready(120_000);
  await assertTruth(collector, world.truth(), 120_000);
});
