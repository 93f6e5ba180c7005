/**
 * `npm run soak -- --runs N [--seed S]`: random stories of logs and agents beside their model, with one seed after the
 * other, random ones where none is given. A story that fails is printed as short as it can be made, with what repeats
 * it (`--seed S --path P`); the exit status is 1 then.
 */
import { parseArgs } from 'node:util';
import { failureOf } from '../model/following/tried.ts';

const runsOfSeed = 100;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const { path } = values;
const runs = path === undefined ? Number(values.runs) : 1;
const first = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
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
process.exitCode = failed.length === 0 ? 0 : 1;
