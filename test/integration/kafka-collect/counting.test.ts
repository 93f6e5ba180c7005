/** One collector and a real broker: what is counted, and that it is counted once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentOf, arrange, assertShows, count, counted, eventsOf, publishAndCount } from './one-collector.ts';
import { Seen } from './seen.ts';
import { until } from './until.ts';

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
  await publishAndCount(topics, first);
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
