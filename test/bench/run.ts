/**
 * `npm run bench [-- NAME [ARGUMENTS]]`: without a name all benchmarks, one after the other, as README.md lists them.
 * The peers are dependencies of this folder alone; they are installed when they are needed first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const benches = [
  'report',
  'ship',
  'growth',
  'collect',
  'core',
  'catch-up',
  'latency',
  'many-clients',
  'many-clients-kafka',
  'idle',
  'steady',
  'embedded-commits',
];

const folder = fileURLToPath(new URL('.', import.meta.url));
const [name, ...given] = process.argv.slice(2);
if (name !== undefined && !benches.includes(name)) {
  console.error(`No benchmark is called ${name}: there are ${benches.join(', ')}.`);
  process.exit(1);
}

function run(command: string, ...more: readonly string[]): number {
  return spawnSync(command, more, { cwd: folder, stdio: 'inherit' }).status ?? 1;
}

if (!existsSync(new URL('node_modules', import.meta.url)) && run('npm', 'ci', '--no-audit', '--no-fund') !== 0) {
  process.exit(1);
}
for (const bench of name === undefined ? benches : [name]) {
  console.log(`\n## ${bench}\n`);
  if (run(process.execPath, `${bench}.ts`, ...given) !== 0) process.exitCode = 1;
}
