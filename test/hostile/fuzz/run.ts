/**
 * `npm run fuzz -- [--minutes N] [--seed N] [--target NAME]`: searches longer than the tests do. What it finds is
 * written to test/fixtures/hostile/TARGET, where the tests run it from then on.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { search } from './fuzz.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    target: { type: 'string' },
  },
});
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0)
  throw new Error(`there is no target "${values.target}": ${targets.map(({ name }) => name).join(', ')}`);
const msEach = (Number(values.minutes) * 60_000) / chosen.length;
console.log(`seed ${values.seed}, ${Math.round(msEach / 1000)} s for each of ${chosen.length} targets`);

for (const target of chosen) {
  const endsAt = performance.now() + msEach;
  const found = search(target, { seed: Number(values.seed), goesOn: () => performance.now() < endsAt });
  console.log(
    `${target.name}: ${found.runs} inputs, ${found.kept} kept, ${found.pieces} pieces of code, ` +
      `slowest ${found.slowestMs.toFixed(0)} ms (${found.slowest.length} bytes), ${found.findings.length} findings`,
  );
  for (const { input, error } of found.findings) {
    const directory = join('test/fixtures/hostile', target.name);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, createHash('sha256').update(input).digest('hex').slice(0, 12));
    writeFileSync(path, input);
    console.log(`  ${path}: ${JSON.stringify(input.toString('latin1').slice(0, 200))}`);
    console.log(`  ${((error as Error).stack ?? String(error)).split('\n').slice(0, 12).join('\n  ')}`);
    process.exitCode = 1;
  }
}
