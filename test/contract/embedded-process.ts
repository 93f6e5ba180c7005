/** Serves an embedded delivery, in the state folder of the first argument, to `DeliveryProcess`. */
import { createEmbeddedDelivery } from '../../src/delivery/embedded/create-embedded-delivery.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { CountedClients } from './counted-clients.ts';
import { serveDelivery } from './serve-delivery.ts';

await serveDelivery(async () => {
  const clients = new CountedClients();
  const delivery = await createEmbeddedDelivery({
    directory: String(process.argv[2]),
    programVersion: '0.0.0',
    committed: clients,
    observer: clients,
    logger: silentLogger,
    clock: systemClock,
    random: Math.random,
    limits: { everyMs: 100 },
  });
  return { delivery, counted: () => clients.counted() };
});
