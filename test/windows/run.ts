/**
 * `npm run test:windows [-- FILE...]`: runs the Windows suite by the Windows build of Node under Wine. Where that cannot
 * be had it says so and is skipped; under CI=true that is a failure.
 */
import { globSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeExecutables } from '../../deploy/executable/make-executables.ts';
import { testBroker } from '../broker/test-broker.ts';
import { tapFailure } from './tap.ts';
import {
  lockWine,
  nodeProgram,
  prepareWine,
  projectFolder,
  runInWine,
  scratchFolder,
  setUpWine,
  wineObstacle,
} from './wine.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const results = join(project, '.cache', 'windows', 'results');
const isCi = process.env['CI'] === 'true';
/** Tests made for Windows, and those of parts that depend most on the system. */
const suite = [
  'test/windows/suite/*.windows.ts',
  'test/unit/{agent,report,runtime}/*.test.ts',
  'test/unit/delivery/store/*.test.ts',
  'test/unit/delivery/embedded/kill.test.ts',
  'test/unit/delivery/kafka/agent-outbox.test.ts',
] as const;
const deadlineMs = 20 * 60_000;

/** Prints what a file gains until the signal fires. */
async function show(path: string, ended: AbortSignal): Promise<void> {
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  for (let last = false; ;) {
    const { bytesRead } = await file.read(buffer);
    process.stdout.write(buffer.subarray(0, bytesRead));
    if (bytesRead > 0) continue;
    if (last) return;
    last = ended.aborted;
    await sleep(last ? 0 : 200);
  }
}

async function run(files: readonly string[], signal: AbortSignal): Promise<string | null> {
  await prepareWine();
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  const output = join(results, 'output.txt');
  await writeFile(output, '');
  const broker = await testBroker();
  console.log(typeof broker === 'string' ? `# broker: none (${broker})` : `# broker: ${broker.brokers.join(',')}`);
  try {
    const ended = new AbortController();
    const running = runInWine(
      {
        command: [
          nodeProgram,
          '--test',
          '--test-concurrency=1',
          '--test-reporter=spec',
          '--test-reporter-destination=stdout',
          '--test-reporter=tap',
          String.raw`--test-reporter-destination=Z:\scratch\results\results.tap`,
          ...files,
        ],
        folder: projectFolder,
        environment: {
          STRAGGLER_TEST_DRIVE: 'D:\\',
          STRAGGLER_TEST_SHARE: String.raw`\\EX01\C$`,
          ...(isCi ? { CI: 'true' } : {}),
          ...(typeof broker === 'string' ? {} : { STRAGGLER_TEST_BROKERS: broker.brokers.join(',') }),
        },
        output,
      },
      signal,
    ).finally(() => ended.abort());
    const [status] = await Promise.all([running, show(output, ended.signal)]);
    const report = await readFile(join(scratchFolder, 'results', 'results.tap'), 'utf8').catch(() => '');
    return signal.aborted ? `it was ended: ${String(signal.reason)}` : tapFailure(report, status);
  } finally {
    if (typeof broker !== 'string') await broker[Symbol.asyncDispose]();
  }
}

/** Runs the suite; in words why it is no pass, null = it is one. */
async function runSuite(given: readonly string[]): Promise<string | null> {
  if (given.length === 0) await makeExecutables(['win-x64'], join(project, 'dist'));
  const files = given.length > 0 ? given : globSync([...suite], { cwd: project }).toSorted();
  const stop = new AbortController();
  // `on`, not `once`: a package that brings a broker ends the process where nobody else listens any more.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(name));
  const deadline = setTimeout(() => stop.abort(`it took more than ${deadlineMs / 60_000} minutes`), deadlineMs);
  return await run(files, stop.signal).finally(() => clearTimeout(deadline));
}

let obstacle = wineObstacle();
if (obstacle === null) {
  using _lock = await lockWine();
  obstacle = await setUpWine();
  if (obstacle === null) {
    const failure = await runSuite(process.argv.slice(2));
    if (failure !== null) console.error(`The Windows suite failed: ${failure}.`);
    process.exitCode = failure === null ? 0 : 1;
  }
}
if (obstacle !== null) {
  console.error(`# SKIPPED the Windows suite: ${obstacle}`);
  process.exitCode = isCi ? 1 : 0;
}
