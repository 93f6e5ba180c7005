/**
 * Two agents, two collectors and the broker are killed at random while a simulated server farm writes and rotates.
 * Afterwards every field of every client equals the truth on both collectors, and `run` over the same logs exports the
 * same bytes.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';
import { localKafkaObstacle } from '../broker/kafka-jars.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { assertTruth } from '../processes/against-truth.ts';
import { seeded } from '../processes/random.ts';
import { Restartable } from '../processes/restartable.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { missing } from '../require.ts';

const seeds = Array.from({ length: Number(process.env['STRAGGLER_EXACTNESS_SEEDS'] ?? 1) }, (_, index) => index + 1);
const kills = 16;
/** The broker is among the victims now and then; after a kill it takes some 12 s to come back. */
const brokerEvery = 8;
const startMs = Date.UTC(2026, 10, 20, 9, 30);
const stepMs = 60_000;

async function createTopics(broker: string): Promise<void> {
  const check = StragglerProcess.start('check', '--brokers', broker, '--create-topics');
  const { code } = await check.ended;
  assert.equal(code, 0, check.log.join('\n'));
}

interface Line {
  readonly kafka: LocalKafka;
  readonly processes: readonly Restartable[];
  readonly world: World;
}

/** Kills one thing after the other, most often a process, now and then the broker, while the logs grow. */
async function wreak({ kafka, processes, world }: Line, random: ReturnType<typeof seeded>): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const pauseUntil = Date.now() + 200 + random.below(1500);
    await until('the next victim is chosen', () => {
      world.advanceBy(random.below(stepMs / 4));
      return Date.now() > pauseUntil;
    });
    if (kill % brokerEvery === 0) {
      await kafka.kill();
      await kafka.restart();
    } else {
      await random.pick(processes).killAndStart();
    }
  }
}

async function exportOf(collector: StragglerProcess): Promise<string> {
  return await (await collector.get('/api/v1/export.csv')).text();
}

async function exactness(t: TestContext, seed: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-exact-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const random = seeded(seed);
  await using kafka = await LocalKafka.start();
  const broker = kafka.brokers.join(',');
  await createTopics(broker);
  const logs = join(folder, 'logs');
  using world = createWorld(variedWorld({ directory: logs, seed, startMs, style: roughStyle }));
  world.advanceBy(30 * stepMs);
  const agent = (name: string, ...servers: readonly string[]): Restartable =>
    new Restartable(
      'agent',
      ...servers.map((server) => join(logs, server)),
      '--brokers',
      broker,
      '--name',
      name,
      '--state',
      join(folder, name),
      '--read-back',
      'all',
    );
  const collector = (): Restartable => new Restartable('collector', '--brokers', broker);
  const names = world.truth().sources.map((source) => source.server);
  const servers = [...new Set(names)];
  const half = Math.ceil(servers.length / 2);
  await using first = agent('one', ...servers.slice(0, half));
  await using second = agent('two', ...servers.slice(half));
  await using left = collector();
  await using right = collector();
  await wreak({ kafka, processes: [first, second, left, right], world }, random);
  world.settle();
  const truth = world.truth();
  await assertTruth(left.current, truth);
  await assertTruth(right.current, truth);
  await using run = StragglerProcess.start('run', logs, '--state', join(folder, 'run'), '--read-back', 'all');
  await run.ready();
  await assertTruth(run, truth);
  const exported = await exportOf(left.current);
  assert.equal(await exportOf(right.current), exported);
  assert.equal(await exportOf(run), exported);
  t.diagnostic(`${kills} kills, ${exported.split('\r\n').length - 2} sightings equal on two collectors and in run`);
}

for (const seed of seeds) {
  test(`agents, collectors and the broker killed at random count every row once (seed ${seed})`, async (t) => {
    const obstacle = await localKafkaObstacle();
    if (obstacle !== null) return missing(t, `a broker that may be killed: ${obstacle}`);
    await exactness(t, seed);
  });
}
