/** One collector and a real broker: what is counted, what is refused, what is said of losses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import type { KafkaCounting, KafkaCountingOptions } from '../../../src/delivery/kafka/collect/collect.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { requireBroker } from '../../require.ts';
import { FakeAgent, wireHeaders } from './fake-agent.ts';
import type { WireChunk } from './fake-agent.ts';
import { Rival } from './rival.ts';
import { Seen } from './seen.ts';
import { TestTopics } from './topics.ts';
import { assertEqualFacts, factsOf, truthOf } from './truth.ts';
import { until } from './until.ts';

const partitions = 3;

async function arrange(t: TestContext): Promise<TestTopics | null> {
  const broker = await requireBroker(t);
  return broker === null ? null : TestTopics.create(broker.brokers, partitions);
}

function agentOf(seed: number): FakeAgent {
  return new FakeAgent({ server: 'EX01', partitions, seed });
}

function eventsOf(chunks: readonly WireChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.events.length, 0);
}

async function counted(seen: Seen, events: number): Promise<void> {
  await until(`${events} events, ${seen.results.accepted} came`, () => seen.results.accepted >= events);
}

function assertShows(seen: Seen, ...parts: readonly (readonly WireChunk[])[]): void {
  assertEqualFacts(factsOf(seen.sightings.values()), truthOf(parts.flat().flatMap((chunk) => chunk.events)), 'shown');
}

function count(topics: TestTopics, seen: Seen, group = 'g'): KafkaCounting {
  return createKafkaCounting(optionsOf(topics, seen, group));
}

function optionsOf(topics: TestTopics, seen: Seen, group = 'g'): KafkaCountingOptions {
  return {
    brokers: topics.brokers,
    group: `${topics.names.state}-${group}`,
    topics: topics.names,
    committed: seen,
    reports: seen,
    observer: seen,
    clock: systemClock,
    logger: silentLogger,
  };
}

test('every field of every client equals a naive sum of the events', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const chunks = agentOf(1).slices(20, 50, 200);
  await topics.publish(chunks);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counting.ready;
  await counted(seen, eventsOf(chunks));
  assertShows(seen, chunks);
  assert.deepEqual(seen.losses, []);
  assert.equal(seen.firstSeenLive, seen.sightings.size, 'every client is seen for the first time, once');
  assert.deepEqual(counting.status().reasons, []);
});

test('a chunk that is published again is counted once', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const chunks = agentOf(2).slices(10, 30, 50);
  await topics.publish(chunks);
  await topics.publish(chunks);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await until('all duplicates', () => seen.results.duplicate === eventsOf(chunks));
  assertShows(seen, chunks);
  assert.deepEqual(seen.losses, []);
  assert.equal(counting.status().connected, true);
});

test('a collector that starts again shows what was counted, and counts on from there', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(3);
  const first = agent.slices(5, 30, 50);
  await topics.publish(first);
  const before = new Seen();
  {
    await using counting = count(topics, before);
    await counting.ready;
    await counted(before, eventsOf(first));
  }
  const second = agent.slices(5, 30, 50);
  await topics.publish(second);
  const after = new Seen();
  await using counting = count(topics, after);
  await counting.ready;
  await counted(after, eventsOf(second));
  assertShows(after, first, second);
  assert.equal(after.results.duplicate, 0, 'nothing is read twice');
  assert.deepEqual(after.losses, []);
});

test('records that are no chunks, and lines that are no events, are counted and stop nothing', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(4);
  const [poisoned, ...good] = agent.slices(10, 30, 50);
  assert.ok(poisoned);
  await topics.send(poisoned.partition, {}, Buffer.from('garbage'));
  await topics.send(poisoned.partition, { ...wireHeaders(poisoned), slice: 'x' }, null);
  const lines = poisoned.body.toString().split('\n');
  const broken = ['{"not":"an event"}', 'not JSON', ...lines.slice(2)].join('\n');
  await topics.send(poisoned.partition, wireHeaders(poisoned), Buffer.from(broken));
  await topics.publish(good);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf([poisoned, ...good]) - 2);
  assert.equal(seen.results.invalid, 4);
  assertShows(seen, [{ ...poisoned, events: poisoned.events.slice(2) }], good);
  const gaps = seen.losses.filter((loss) => loss.kind === 'event gap');
  assert.ok(gaps.some((loss) => loss.lane === null && loss.detail.includes('is no chunk')));
  assert.ok(gaps.some((loss) => loss.lane === agent.lane && loss.detail.includes('2 events')));
  assert.equal(await topics.end(topics.names.deadLetters), 3, 'two records and the lines of a third are kept');
  assert.equal(counting.status().stateComplete, true);
});

test('events that retention deleted before they were counted are a loss, and the rest is counted once', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(5);
  const first = agent.slices(4, 30, 50);
  await topics.publish(first);
  {
    const seen = new Seen();
    await using counting = count(topics, seen);
    await counting.ready;
    await counted(seen, eventsOf(first));
  }
  const gone = agent.slices(2, 30, 50);
  await topics.publish(gone);
  await topics.deleteAll();
  const rest = agent.slices(2, 30, 50);
  await topics.publish(rest);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf(rest));
  assertShows(seen, first, rest);
  const kinds = seen.losses.map((loss) => loss.kind).toSorted();
  assert.equal(kinds.filter((kind) => kind === 'position lost').length, partitions);
  assert.equal(kinds.filter((kind) => kind === 'event gap').length, partitions);
  assert.equal(counting.status().stateComplete, true);
});

test('a quiet topic whose counted records were all deleted is no loss', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(6);
  const first = agent.slices(4, 30, 50);
  await topics.publish(first);
  {
    const seen = new Seen();
    await using counting = count(topics, seen);
    await counting.ready;
    await counted(seen, eventsOf(first));
  }
  await topics.deleteAll();
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counting.ready;
  const rest = agent.slices(2, 30, 50);
  await topics.publish(rest);
  await counted(seen, eventsOf(rest));
  assertShows(seen, first, rest);
  assert.deepEqual(seen.losses, []);
});

test('a topic that was made anew and has grown past the position is noticed and read from its beginning', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(7);
  const first = agent.slices(4, 30, 50);
  await topics.publish(first);
  {
    const seen = new Seen();
    await using counting = count(topics, seen);
    await counting.ready;
    await counted(seen, eventsOf(first));
  }
  await topics.recreate(topics.names.connections);
  const rest = agent.slices(12, 30, 50);
  await topics.publish(rest);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf(rest));
  assertShows(seen, first, rest);
  assert.deepEqual(
    seen.losses.map((loss) => loss.kind),
    Array.from({ length: partitions }, () => 'position lost'),
  );
  assert.equal(counting.status().stateComplete, true);
});

test('a topic that is made anew under a running collector is noticed and read from its beginning', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(8);
  const first = agent.slices(4, 30, 50);
  await topics.publish(first);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counting.ready;
  await counted(seen, eventsOf(first));
  await topics.recreate(topics.names.connections);
  const rest = agent.slices(2, 30, 50);
  await topics.publish(rest);
  await counted(seen, eventsOf(first) + eventsOf(rest));
  assertShows(seen, first, rest);
  assert.equal(seen.losses.filter((loss) => loss.kind === 'position lost').length, partitions);
  assert.equal(counting.status().connected, true);
});

test('an event that never arrived is a gap, told once, also after a restart', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(9);
  const first = agent.slices(1, 60, 50);
  const [missing, ...second] = agent.slices(1, 60, 50);
  const third = agent.slices(1, 60, 50);
  await topics.publish([...first, ...second, ...third]);
  const seen = new Seen();
  {
    await using counting = count(topics, seen);
    await counting.ready;
    await counted(seen, eventsOf([...first, ...second, ...third]));
  }
  const told = (losses: Seen['losses']): unknown[] =>
    losses.map(({ kind, partition, lane }) => [kind, partition, lane]);
  assert.deepEqual(told(seen.losses), [['event gap', missing?.partition, agent.lane]]);
  const later = new Seen();
  await using counting = count(topics, later);
  await counting.ready;
  assert.deepEqual(told(later.losses), told(seen.losses));
  assert.deepEqual([later.losses[0]?.server, later.losses[0]?.at], ['EX01', seen.losses[0]?.at]);
});

test('a mark that stays below what an agent says was acknowledged is a gap', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(10);
  const first = agent.slices(1, 60, 50);
  await topics.publish(first);
  const seen = new Seen();
  await using counting = createKafkaCounting({ ...optionsOf(topics, seen), inspectEveryMs: 300 });
  await counted(seen, eventsOf(first));
  await topics.report(agent);
  const gone = agent.slices(1, 60, 50).filter((chunk) => chunk.partition !== 0);
  const ledger = agent.ledger().filter((entry) => gone.some((chunk) => chunk.partition === entry.partition));
  await topics.report(agent, ledger);
  await until('the gaps', () => seen.losses.length >= gone.length);
  assert.deepEqual(
    seen.losses.map((loss) => [loss.kind, loss.partition]).toSorted(),
    gone.map((chunk) => ['event gap', chunk.partition]).toSorted(),
  );
  assert.equal(seen.reports.length >= 1, true);
  assert.equal(counting.status().stateComplete, true);
});

test('a rolled-back state is told once, and nothing of it is dropped as a duplicate', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(11);
  const first = agent.slices(3, 60, 50);
  const yesterday = agent.copy();
  const second = agent.slices(3, 60, 50);
  const rolledBack = yesterday.slices(3, 60, 50);
  await topics.publish([...first, ...second, ...rolledBack]);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counting.ready;
  await counted(seen, eventsOf([...first, ...second, ...rolledBack]));
  assertShows(seen, first, second, rolledBack);
  assert.deepEqual(
    seen.losses.map((loss) => [loss.kind, loss.lane]),
    [['state history', agent.lane]],
  );
});

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

test('the state of another group is refused in words', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  {
    await using counting = count(topics, new Seen(), 'one');
    await counting.ready;
    await until('a takeover', async () => (await topics.end(topics.names.state)) > 0);
  }
  await using counting = count(topics, new Seen(), 'two');
  await assert.rejects(counting.ready, /holds the state of the group \S+-one, this collector is of \S+-two/);
  assert.equal(counting.status().stateComplete, false);
  assert.match(counting.status().reasons.join(), /holds the state of the group/);
});

test('a state topic that has lost what was committed stops the counting in words', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(14);
  const first = agent.slices(4, 30, 50);
  await topics.publish(first);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf(first));
  await topics.recreate(topics.names.state);
  await topics.publish(agent.slices(4, 30, 50));
  await until('it is said', () => counting.status().reasons.join().includes('has lost records that were committed'));
  assert.equal(counting.status().stateComplete, false);
  assertShows(seen, first);
});

test('a missing topic, and topics that do not fit together, are refused in words', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  await using missing = createKafkaCounting({
    ...optionsOf(topics, new Seen()),
    topics: { ...topics.names, state: 'no' },
  });
  await assert.rejects(missing.ready, { message: 'the topic no does not exist', remedy: /--create-topics/ });
  const other = { ...topics.names, state: topics.names.agents };
  await using unequal = createKafkaCounting({ ...optionsOf(topics, new Seen()), topics: other });
  await assert.rejects(unequal.ready, /has 3 partitions and \S+ has 1: they must be the same/);
});
