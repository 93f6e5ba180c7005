/**
 * `npm test [-- FILE...]`: starts one broker for all test files (unless STRAGGLER_TEST_BROKERS names one), says which
 * provider gave it, and runs the files with Node's own runner.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { testBroker } from './broker/test-broker.ts';

const given = process.argv.slice(2);
const files = given.length > 0 ? given : globSync('test/**/*.test.ts').toSorted();
if (files.length === 0) {
  console.error('No test file was found under test/: that is a failure, not a pass.');
  process.exit(1);
}

const broker = await testBroker();
const environment = { ...process.env };
if (typeof broker === 'string') {
  console.log(`# broker: none (${broker}); tests that need one are skipped`);
} else {
  console.log(`# broker: ${broker.provider} at ${broker.brokers.join(',')}`);
  environment['STRAGGLER_TEST_BROKERS'] = broker.brokers.join(',');
}

const child = spawn(
  process.execPath,
  // One more than there are processors: the long ones mostly wait for brokers.
  ['--test', '--test-reporter=spec', `--test-concurrency=${availableParallelism() + 1}`, ...files],
  { stdio: 'inherit', env: environment },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const code = await new Promise<number>((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
if (typeof broker !== 'string') await broker[Symbol.asyncDispose]();
process.exitCode = code;
