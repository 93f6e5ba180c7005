/**
 * `npm run soak:kafka -- --runs N [--seed S] [--rounds R] [--at-once M]`: the chaos of three brokers with one seed after
 * the other, random ones where none is given; every third lets retention overtake the collectors. A seed that fails is
 * printed with all that was done, and its number begins it again; the exit status is 1 then.
 */
import { parseArgs } from 'node:util';
import { localKafkaObstacle } from '../broker/kafka-jars.ts';
import { kafkaChaos } from './kafka-chaos.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '1' },
  },
});
const obstacle = await localKafkaObstacle();
if (obstacle !== null) {
  console.error(`No brokers: ${obstacle}.`);
  process.exit(1);
}
const runs = Number(values.runs);
const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
const beganAt = Date.now();
const failed: number[] = [];
let next = 0;
let done = 0;

function secondsSince(ms: number): number {
  return Math.round((Date.now() - ms) / 1000);
}

async function runOne(seed: number): Promise<void> {
  const began = Date.now();
  const retention = seed % 3 === 0;
  const number = (): string => `${++done} of ${runs}, seed ${seed}`;
  try {
    const result = await kafkaChaos(seed, { rounds: Number(values.rounds), retention, replay: true });
    const { deeds, rows, rowsLost, sightings } = result;
    const loss = retention ? `, ${rowsLost} lost and told` : '';
    console.log(
      `${number()}: exact; ${deeds.length} deeds, ${rows} rows${loss}, ${sightings} sightings, ${secondsSince(began)} s`,
    );
  } catch (error) {
    failed.push(seed);
    console.error(
      `${number()} FAILED after ${secondsSince(began)} s\n${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function work(): Promise<void> {
  while (next < runs) await runOne(first + next++);
}

await Promise.all(Array.from({ length: Number(values['at-once']) }, () => work()));
const outcome = failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`;
console.log(
  `${runs - failed.length} of ${runs} runs exact, seeds ${first} to ${first + runs - 1}, ${secondsSince(beganAt)} s${outcome}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
