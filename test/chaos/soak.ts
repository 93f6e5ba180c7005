/**
 * `npm run soak -- --runs N [--seed S]`: random stories of logs and agents beside their model, with one seed after the
 * other, random ones where none is given. A story that fails is printed as short as it can be made, with what repeats
 * it (`--seed S --path P`); the exit status is 1 then.
 */
import { parseArgs } from 'node:util';
import { mib } from '../bench/figures.ts';
import { failureOf } from '../model/following/tried.ts';
import { longRun } from './long-run.ts';

const runsOfSeed = 100;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
});
const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);

/** Answers whether every story held. */
async function tellStories(runs: number, path: string | undefined): Promise<boolean> {
  const began = performance.now();
  const failed: number[] = [];
  let done = 0;
  for (let seed = first; done < runs; seed++) {
    const some = Math.min(runsOfSeed, runs - done);
    const failure = await failureOf({ runs: some, seed, ...(path === undefined ? {} : { path }) });
    done += some;
    const seconds = Math.round((performance.now() - began) / 1000);
    if (failure === null) {
      console.log(`seed ${seed}: ${some} stories hold; ${done} of ${runs} in ${seconds} s`);
    } else {
      failed.push(seed);
      console.error(`FAILED\n${failure}`);
    }
  }
  console.log(
    failed.length === 0
      ? `${done} stories, each exact to the row and the byte`
      : `${done} stories; of seed ${failed.join(', ')} one failed, and the rest of it was not told`,
  );
  return failed.length === 0;
}

async function runLong(minutes: number): Promise<void> {
  const { rows, memoryBytes, handles } = await longRun(first, Math.round(minutes * 60), (sample) =>
    console.log(`${sample.second / 60} min: ${mib(sample.memoryBytes)}, ${sample.handles} handles`),
  );
  const memory =
    memoryBytes === null ? 'too short to tell whether memory is flat' : `memory ${memoryBytes.map(mib).join(' -> ')}`;
  console.log(
    `seed ${first}: ${rows} rows exact in ${minutes} min; ${memory}; handles ${handles.join(' -> ')}; all counters agree`,
  );
}

if (values.minutes !== undefined) {
  await runLong(Number(values.minutes));
} else {
  const { path } = values;
  process.exitCode = (await tellStories(path === undefined ? Number(values.runs) : 1, path)) ? 0 : 1;
}
