import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTopic } from '../../../../src/delivery/kafka/topic-check.ts';
import type { ActualTopic } from '../../../../src/delivery/kafka/topic-check.ts';
import { desiredTopics, topicNames } from '../../../../src/delivery/kafka/topics.ts';
import type { DesiredTopic } from '../../../../src/delivery/kafka/topics.ts';

const weekMs = 7 * 24 * 3_600_000;
const topics = desiredTopics({ names: topicNames(), partitions: 12, retentionMs: weekMs });

function desired(name: string): DesiredTopic {
  const topic = topics.find((candidate) => candidate.name === name);
  assert.ok(topic);
  return topic;
}

function find(
  name: string,
  settings: Record<string, string>,
  change: Partial<ActualTopic> = {},
  brokers = 3,
): string[] {
  const topic = desired(name);
  const actual = {
    partitions: topic.partitions,
    replicas: 3,
    settings: new Map(Object.entries({ ...topic.settings, ...settings })),
    ...change,
  };
  return compareTopic(topic, actual, brokers).map(({ severity, text }) => `${severity}: ${text}`);
}

test('a topic as it was made has no findings', () => {
  for (const { name } of topics) assert.deepEqual(find(name, {}), []);
});

test('another number of partitions is an error', () => {
  assert.deepEqual(find('straggler.state', {}, { partitions: 6 }), [
    'error: The topic straggler.state has 6 partitions instead of 12.',
  ]);
});

test('fewer replicas than brokers, at most 3, is a warning', () => {
  assert.deepEqual(find('straggler.connections', {}, { replicas: 1 }, 2), [
    'warning: The topic straggler.connections has 1 replica on 2 brokers.',
  ]);
  assert.deepEqual(find('straggler.connections', {}, { replicas: 1 }, 1), []);
});

test('a state that is not compacted, or events that are, is an error', () => {
  assert.match(find('straggler.state', { 'cleanup.policy': 'delete' })[0] ?? '', /^error/);
  assert.match(find('straggler.connections', { 'cleanup.policy': 'compact' })[0] ?? '', /^error/);
});

test('settings that serve better than ours are left alone', () => {
  assert.deepEqual(find('straggler.connections', { 'retention.ms': '-1' }), []);
  assert.deepEqual(find('straggler.connections', { 'retention.ms': String(2 * weekMs) }), []);
  assert.deepEqual(find('straggler.connections', { 'max.message.bytes': '10485760' }), []);
  assert.deepEqual(find('straggler.state', { 'segment.ms': '60000', 'min.cleanable.dirty.ratio': '0.05' }), []);
});

test('settings that serve worse are warnings, and a limit below a chunk an error', () => {
  assert.match(find('straggler.connections', { 'retention.ms': '60000' })[0] ?? '', /^warning: .*retention\.ms=60000/);
  assert.match(find('straggler.state', { 'segment.bytes': '1073741824' })[0] ?? '', /^warning/);
  assert.match(find('straggler.state', { 'delete.retention.ms': '1000' })[0] ?? '', /^warning/);
  assert.match(find('straggler.connections', { 'max.message.bytes': '600000' })[0] ?? '', /^warning/);
  assert.match(find('straggler.connections', { 'max.message.bytes': '100000' })[0] ?? '', /^error/);
});
