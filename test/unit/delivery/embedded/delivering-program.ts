/**
 * Started, and killed, by kill.test.ts: delivers the slices of three lanes for ever, each lane from where the state in
 * the folder of the first argument says that it stood.
 */
import { createEmbeddedDelivery } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { killedLanes } from './killed-lanes.ts';

const inFlightMax = 4;
const clients = new CountedClients();
process.send?.('opening');
const delivery = await createEmbeddedDelivery({
  directory: String(process.argv[2]),
  programVersion: '0.0.0',
  committed: clients,
  observer: clients,
  logger: silentLogger,
  clock: systemClock,
  random: Math.random,
  limits: { everyMs: 5, gatherMs: 1 },
});

async function follow(lane: (typeof killedLanes)[number]): Promise<void> {
  await delivery.record({ lanes: [lane.record] });
  const file = delivery.state.files.find(({ id }) => id === lane.fileId);
  let number = (file?.offset ?? 0) / 1000;
  for (;;) {
    const several = lane.slices(number, number + inFlightMax);
    await Promise.all(several.map(({ slice, events }) => delivery.deliver(slice, events)));
    number += inFlightMax;
    process.send?.('delivered');
  }
}

await Promise.all(killedLanes.map((lane) => follow(lane)));
