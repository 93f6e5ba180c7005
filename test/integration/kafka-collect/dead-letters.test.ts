/** One collector and a real broker: what can never be counted stops nothing, and is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../../src/event/ndjson.ts';
import { readTopic } from '../kafka-agent/read-topic.ts';
import type { TestTopics } from './topics.ts';
import { wireHeaders } from './fake-agent.ts';
import { agentOf, arrange, assertShows, count, counted, eventsOf } from './one-collector.ts';
import { Seen } from './seen.ts';

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

/** The headers of what the dead letters hold, in order. */
async function reasonsIn(topics: TestTopics): Promise<string[]> {
  const records = await readTopic(topics.kafka, topics.names.deadLetters);
  return records.map(({ message }) => String(message.headers?.['deadLetter.reason']));
}

test('a chunk of a newer schema and events of a newer one are kept as dead letters, and what follows is counted', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(16);
  const [newer, ...good] = agent.slices(10, 30, 50);
  assert.ok(newer);
  await topics.send(newer.partition, { ...wireHeaders(newer), schema: '2' }, newer.body);
  const lines = newer.body.toString().split('\n');
  const changed = lines.map((line, index) => (index === 0 ? line.replace('"rows":', '"rowsBySecond":') : line));
  await topics.send(newer.partition, wireHeaders(newer), Buffer.from(changed.join('\n')));
  await topics.publish(good);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf([newer, ...good]) - 1);
  assertShows(seen, [{ ...newer, events: newer.events.slice(1) }], good);
  assert.equal(seen.results.invalid, 2);
  assert.match((await reasonsIn(topics)).join('; '), /^.*schema.*; lines that are no events$/);
  assert.equal(counting.status().stateComplete, true);
});

test('events from the future count like any other, and stall nothing', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const yearMs = 366 * 86_400_000;
  const chunks = agentOf(17).slices(6, 30, 50);
  const ahead = chunks.map((chunk) => {
    const events = chunk.events.map((event) => ({
      ...event,
      first: event.first + yearMs,
      last: event.last + yearMs,
      ...(event.failure === null ? {} : { failure: { ...event.failure, at: event.failure.at + yearMs } }),
    }));
    return { ...chunk, events, body: Buffer.from(events.map((event) => `${encodeEvent(event)}\n`).join('')) };
  });
  await topics.publish(ahead);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counted(seen, eventsOf(ahead));
  assertShows(seen, ahead);
  assert.deepEqual([seen.results.invalid, seen.losses, counting.status().reasons], [0, [], []]);
});
