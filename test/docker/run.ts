/**
 * `npm run test:docker [-- FILE...]`: what needs a Docker engine. The program's image is built and tried, the services of
 * deploy/compose.yaml are started, and the tests of Kafka run on a broker in a container. An engine that answers is used;
 * where none does, one of our own with images of our own making. Where neither can be had it says so and is skipped;
 * under CI=true that is a failure.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { docker, engineAnswers } from './docker-command.ts';
import { OwnEngine, ownEngineObstacle } from './own-engine.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
process.chdir(project);
const isCi = process.env['CI'] === 'true';
const image = 'straggler:test';
/** Tests made for Docker, and those that are to run on a broker in a container. */
const suite = [
  'test/docker/suite/*.docker.ts',
  'test/contract/kafka.test.ts',
  'test/integration/kafka-agent/publishing.test.ts',
  'test/integration/kafka-collect/counting.test.ts',
] as const;

/** A broker that is named would be taken before that of the engine. */
const { STRAGGLER_TEST_BROKERS: _named, ...inherited } = process.env;
const environment = { ...inherited, STRAGGLER_IMAGE: image };

const given = process.argv.slice(2);
const files = given.length > 0 ? given : suite.flatMap((pattern) => globSync(pattern).toSorted());
const build = [process.execPath, 'test/docker/build.ts'] as const;
const tests = [process.execPath, 'test/run.ts', ...files] as const;

const deadlineMs = 15 * 60_000;
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort(name));

async function withOwnEngine(): Promise<number> {
  await using engine = await OwnEngine.create();
  stopping.signal.addEventListener('abort', () => engine.stop());
  const status = await engine.beside('outer', [...build, '--stand-ins'], environment);
  if (status !== 0 || stopping.signal.aborted) return 1;
  return await engine.beside('own', tests, environment);
}

async function withEngineThatAnswers(): Promise<number> {
  try {
    for (const [program, ...typed] of [build, tests]) {
      const child = spawn(program, typed, { stdio: 'inherit', env: environment });
      stopping.signal.addEventListener('abort', () => child.kill('SIGTERM'));
      const [status] = (await once(child, 'exit')) as [number | null];
      if (status !== 0) return 1;
    }
    return 0;
  } finally {
    docker('image', 'rm', '--force', image);
  }
}

if (files.length === 0) throw new Error('no test file was found: that is a failure, not a pass');
const answers = engineAnswers();
const obstacle = answers ? null : ownEngineObstacle();
if (obstacle === null) {
  console.log(
    answers ? '# Docker: the engine that answers here' : '# Docker: an engine of our own, and stand-in images',
  );
  const deadline = setTimeout(() => stopping.abort(`it took more than ${deadlineMs / 60_000} minutes`), deadlineMs);
  const status = await (answers ? withEngineThatAnswers() : withOwnEngine()).finally(() => clearTimeout(deadline));
  if (stopping.signal.aborted) console.error(`The Docker suite was ended: ${String(stopping.signal.reason)}.`);
  process.exitCode = stopping.signal.aborted ? 1 : status;
} else {
  console.error(`# SKIPPED the Docker suite: no Docker engine answers, and ${obstacle}`);
  process.exitCode = isCi ? 1 : 0;
}
