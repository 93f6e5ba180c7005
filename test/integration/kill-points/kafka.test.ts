/**
 * `agent` and `collector`, killed before and after each of their durable writes, go on without losing or doubling a
 * row. Several lines side by side on one broker: a collector that was killed is missed by its group for six seconds.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld, type World } from '../../../src/simulator/world.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { requireBroker } from '../../require.ts';
import { TestTopics } from '../kafka-collect/topics.ts';
import { agentWrites, collectorWrites, type DurableWrite, runWrites } from './durable-writes.ts';
import { assertAllNamed, deaths, KillPoints } from './killed.ts';

const startMs = Date.UTC(2026, 10, 20, 9, 30);
const stepMs = 30_000;
const partitions = 2;
const truthDeadlineMs = 240_000;
const growEveryMs = 200;

/**
 * Each line has a new state and topics of its own. Writes that happen once in the life of a state stand in the order
 * in which they do, and alone where their order is left to chance.
 */
const lines: readonly { readonly agent: readonly DurableWrite[]; readonly collector: readonly DurableWrite[] }[] = [
  {
    agent: ['outbox: tables', 'outbox: machine', 'outbox: records'],
    collector: ['owner: plain producer id', 'owner: producer id', 'state: flush'],
  },
  {
    agent: ['outbox: partitions', 'outbox: chunks and positions'],
    collector: ['state: partition joins the transaction', 'state: commit of the flush'],
  },
  { agent: ['publish: chunks', 'publish: report'], collector: ['owner: barrier', 'dead letters'] },
  { agent: ['outbox: acknowledged chunks leave'], collector: ['owner: commit of the barrier', 'group: offsets'] },
];

interface Line {
  readonly folder: string;
  readonly points: KillPoints;
  readonly world: World;
  readonly topics: TestTopics;
}

async function settings({ folder, topics }: Line): Promise<string> {
  const file = join(folder, 'straggler.yaml');
  const { names, brokers } = topics;
  await writeFile(file, JSON.stringify({ kafka: { brokers, group: names.state, topics: names } }));
  return file;
}

/** Kills one after the other; the last one lives, and is answered. */
async function killAll(line: Line, writes: readonly DurableWrite[], command: string, given: readonly string[]) {
  for (const write of writes) for (const death of deaths) await line.points.killAt(write, death, command, ...given);
  return line.points.start(command, ...given);
}

async function follow(line: Line, { agent, collector }: (typeof lines)[number]): Promise<void> {
  const { folder, world, topics } = line;
  const file = await settings(line);
  const logs = [join(folder, 'logs'), '--config', file, '--state', join(folder, 'state'), '--read-back', 'all'];
  // Something always comes, for whoever waits to be killed while it writes.
  const growing = setInterval(() => world.advanceBy(stepMs / 10), growEveryMs);
  try {
    await topics.send(0, {}, Buffer.from('no chunk'));
    const [agents, collectors] = await Promise.all([
      killAll(line, agent, 'agent', logs),
      killAll(line, collector, 'collector', ['--config', file]),
    ]);
    await using _ = agents;
    await using shown = collectors;
    clearInterval(growing);
    world.settle();
    await assertTruth(shown, world.truth(), truthDeadlineMs);
  } finally {
    clearInterval(growing);
  }
}

test('agents and collectors killed before and after each durable write count every row once', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const top = await mkdtemp(join(tmpdir(), 'straggler-points-'));
  t.after(() => rm(top, { recursive: true, force: true }));
  const passed = new Set<string>();
  const outcomes = await Promise.allSettled(
    lines.map(async (writes, index) => {
      const folder = await mkdtemp(join(top, 'line-'));
      await using topics = await TestTopics.create(broker.brokers, partitions);
      using world = createWorld(
        variedWorld({ directory: join(folder, 'logs'), seed: index, startMs, style: roughStyle }),
      );
      world.advanceBy(stepMs);
      const points = new KillPoints(folder);
      await follow({ folder, points, world, topics }, writes);
      for (const name of points.passed) passed.add(name);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const shared = runWrites.filter((name) => name.startsWith('state:'));
  assertAllNamed(passed, [...shared, ...agentWrites, ...collectorWrites]);
  const killed = lines.flatMap(({ agent, collector }) => [...agent, ...collector]);
  assert.deepEqual(killed.toSorted(), [...agentWrites, ...collectorWrites].toSorted());
});
