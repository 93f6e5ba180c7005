import { test } from 'node:test';
import { kafkaChaos } from '../chaos/kafka-chaos.ts';
import { localKafkaObstacle } from '../broker/kafka-jars.ts';
import { missing } from '../require.ts';

const seeds = Array.from({ length: Number(process.env['STRAGGLER_EXACTNESS_SEEDS'] ?? 1) }, (_, index) => index + 1);

for (const seed of seeds) {
  test(`one broker of three killed, frozen or stopped at a time, and leaders moving, every row counts once (seed ${seed})`, async (t) => {
    const obstacle = await localKafkaObstacle();
    if (obstacle !== null) return missing(t, `three brokers that may be killed: ${obstacle}`);
    const { deeds, rows, sightings } = await kafkaChaos(seed, { rounds: 2 });
    t.diagnostic(`${deeds.length} deeds, ${rows} rows in ${sightings} sightings equal on two collectors`);
  });
}
