/** One collector and a real broker: what is missing, or twice there, is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import {
  agentOf,
  arrange,
  assertShows,
  count,
  counted,
  eventsOf,
  optionsOf,
  partitions,
  publishAndCount,
} from './one-collector.ts';
import { Seen } from './seen.ts';
import { until } from './until.ts';

test('events that retention deleted before they were counted are a loss, and the rest is counted once', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(5);
  const first = agent.slices(4, 30, 50);
  await publishAndCount(topics, first);
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
  await publishAndCount(topics, first);
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
  await publishAndCount(topics, first);
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
