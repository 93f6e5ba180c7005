import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createEmbeddedDelivery } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { seeded } from '../../../contract/log-lane.ts';
import { StateFolder } from '../store/state-folder.ts';
import { killedLanes } from './killed-lanes.ts';

const program = fileURLToPath(new URL('./delivering-program.ts', import.meta.url));
const seed = Number(process.env['STRAGGLER_TEST_SEED'] ?? 8);
const kills = 10;

/** Kills it after so long; the first start is killed while it makes its state. */
async function startAndKill(directory: string, round: number, random: () => number): Promise<void> {
  const child = fork(program, [directory]);
  const exited = once(child, 'exit');
  const isReady = (message: unknown): boolean => message === (round === 0 ? 'opening' : 'delivered');
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => isReady(message) && resolve());
    child.on('exit', (code) => reject(new Error(`it ended by itself (${code})`)));
  });
  await sleep(random() * (round === 0 ? 60 : 100));
  child.kill('SIGKILL');
  await exited;
}

test(`kill -9 at any moment loses nothing and counts nothing twice (scenario 23, seed ${seed})`, async () => {
  using folder = new StateFolder();
  const random = seeded(seed);
  let before = 0;
  for (let round = 0; round < kills; round++) {
    await startAndKill(folder.path, round, random);

    const clients = new CountedClients();
    await using delivery = await createEmbeddedDelivery({
      directory: folder.path,
      programVersion: '0.0.0',
      committed: clients,
      observer: clients,
      logger: silentLogger,
      clock: systemClock,
      random,
    });
    const durable = killedLanes.map((lane) => {
      const file = delivery.state.files.find(({ id }) => id === lane.fileId);
      if (file !== undefined) assert.deepEqual(file, lane.file(file.offset / 1000));
      return lane.slices(0, (file?.offset ?? 0) / 1000);
    });
    assert.deepEqual(clients.counted(), expectedOf(durable.flat()), `after kill ${round + 1}`);
    const slices = durable.flat().length;
    assert.ok(round === 0 || slices > before, `kill ${round + 1}: ${slices} slices, ${before} before`);
    before = slices;
  }
});
