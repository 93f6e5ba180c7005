/**
 * `npm run soak:kafka -- --runs N [--seed S] [--rounds R]`: the chaos of three brokers with one seed after the other,
 * random ones where none is given. A seed that fails is printed with all that was done; the exit status is 1 then.
 */
import { parseArgs } from 'node:util';
import { localKafkaObstacle } from '../broker/kafka-jars.ts';
import { kafkaChaos } from './kafka-chaos.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string' },
    rounds: { type: 'string', default: '3' },
  },
});
const obstacle = await localKafkaObstacle();
if (obstacle !== null) {
  console.error(`No brokers: ${obstacle}.`);
  process.exit(1);
}
const runs = Number(values.runs);
const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const failed: number[] = [];
for (let run = 0; run < runs; run++) {
  const seed = first + run;
  const began = Date.now();
  try {
    const { deeds, rows, sightings } = await kafkaChaos(seed, Number(values.rounds));
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`seed ${seed}: exact; ${deeds.length} deeds, ${rows} rows, ${sightings} sightings, ${seconds} s`);
  } catch (error) {
    failed.push(seed);
    console.error(`seed ${seed} FAILED\n${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(
  `${runs - failed.length} of ${runs} runs exact${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
