/** One collector and a real broker: who counts a partition, and when it is not read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import { agentOf, arrange, assertShows, counted, eventsOf, optionsOf, partitions } from './one-collector.ts';
import { Rival } from './rival.ts';
import { Seen } from './seen.ts';
import { until } from './until.ts';

test('a position is taken only after its predecessor is fenced: what it commits until then is counted once', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const options = optionsOf(topics, new Seen());
  const chunks = agentOf(12).slices(4, 60, 50);
  await topics.publish(chunks);
  using rivals = new DisposableStack();
  const predecessors: Rival[] = [];
  for (const partition of [0, 1, 2]) {
    predecessors.push(rivals.use(await Rival.takeOver(topics, options.group, partition)));
  }
  const fencing = new Set<number>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const seen = new Seen();
  await using counting = createKafkaCounting({
    ...options,
    committed: seen,
    observer: seen,
    checkpoint: async (name, partition) => {
      if (name !== 'fencing') return;
      fencing.add(partition);
      await released;
    },
  });
  await counting.ready;
  await until('all partitions to be about to fence', () => fencing.size === partitions);
  for (const [partition, rival] of predecessors.entries()) {
    await rival.count(chunks.filter((chunk) => chunk.partition === partition).slice(0, 2));
  }
  release();
  const rest = [0, 1, 2].flatMap((partition) => chunks.filter((chunk) => chunk.partition === partition).slice(2));
  await counted(seen, eventsOf(rest));
  assertShows(seen, chunks);
  assert.deepEqual([seen.results.duplicate, seen.losses], [0, []], 'it went on where the predecessor had come to');
});

test('an owner that was fenced by somebody who then died takes its partitions back', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(13);
  const first = agent.slices(2, 60, 50);
  await topics.publish(first);
  const seen = new Seen();
  const options = optionsOf(topics, seen);
  await using counting = createKafkaCounting(options);
  await counted(seen, eventsOf(first));
  for (const partition of [0, 1, 2]) (await Rival.takeOver(topics, options.group, partition))[Symbol.dispose]();
  const second = agent.slices(2, 60, 50);
  await topics.publish(second);
  await until('the second part', () => seen.results.accepted === eventsOf([...first, ...second]));
  assertShows(seen, first, second);
  assert.deepEqual([seen.losses, counting.status().reasons], [[], []]);
});

test('a partition is not read while the bound of a flush is reached, and read on when there is room', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const seen = new Seen();
  await using counting = createKafkaCounting({
    ...optionsOf(topics, seen),
    flushKeysMax: 20,
    checkpoint: async (name) => (name === 'flushing' ? released : undefined),
  });
  await counting.ready;
  const chunks = agentOf(15).slices(20, 60, 300);
  await topics.publish(chunks);
  await until('every partition to be at its bound', () => seen.bounds.length === partitions);
  assert.deepEqual(new Set(seen.bounds), new Set(['flush keys']));
  release();
  await counted(seen, eventsOf(chunks));
  assertShows(seen, chunks);
});
