import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { createEmbeddedDelivery } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { LogLane } from '../../../contract/log-lane.ts';
import { StateFolder } from '../store/state-folder.ts';

const lane = new LogLane('ex01');

/** Delivers the lane up to this slice from where the state stands; answers where that was, and what is counted. */
async function followTo(directory: string, slices: number) {
  const clients = new CountedClients();
  await using delivery = await createEmbeddedDelivery({
    directory,
    programVersion: '0.0.0',
    committed: clients,
    observer: clients,
    logger: silentLogger,
    clock: systemClock,
    random: () => 0,
    limits: { everyMs: 0, gatherMs: 0 },
  });
  const stood = (delivery.state.files[0]?.offset ?? 0) / 1000;
  await Promise.all(lane.slices(stood, slices).map(({ slice, events }) => delivery.deliver(slice, events)));
  return { stood, counted: clients.counted() };
}

test("yesterday's state put back, or cloned to a second host, reads on from yesterday and counts once (scenario 67)", async () => {
  using folder = new StateFolder();
  await followTo(folder.path, 5);
  const backup = `${folder.path}-backup`;
  cpSync(folder.path, backup, { recursive: true });
  assert.deepEqual((await followTo(folder.path, 12)).counted, expectedOf(lane.slices(0, 12)));

  const cloned = await followTo(backup, 9);
  assert.equal(cloned.stood, 5);
  assert.deepEqual(cloned.counted, expectedOf(lane.slices(0, 9)));

  rmSync(folder.path, { recursive: true });
  cpSync(backup, folder.path, { recursive: true });
  const restored = await followTo(folder.path, 14);
  assert.equal(restored.stood, 9);
  assert.deepEqual(restored.counted, expectedOf(lane.slices(0, 14)));
});
