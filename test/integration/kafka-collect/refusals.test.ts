/** One collector and a real broker: what it will not count on, in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import { agentOf, arrange, assertShows, count, counted, eventsOf, optionsOf } from './one-collector.ts';
import { Seen } from './seen.ts';
import { until } from './until.ts';

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
  assert.match(counting.refusal ?? '', /has lost records that were committed/);
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
