/** Dead letters of an agent on their way from its files to their topic. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DeadLetter, letterKey } from '../../../src/delivery/dead-letters/dead-letter.ts';
import { LetterBox } from '../../../src/delivery/dead-letters/letter-box.ts';
import { topicResource } from '../../../src/delivery/kafka/client.ts';
import { createTopics } from '../../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { until } from '../../processes/until.ts';
import { requireBroker } from '../../require.ts';
import { handed } from './lane-slices.ts';
import { ownTopics, type OwnTopics, stateFolder } from './own-topics.ts';
import { readTopic } from './read-topic.ts';

function letter(offset: number): DeadLetter {
  const content = Buffer.from(`row ${offset}`);
  return {
    key: letterKey('/logs/a.LOG', offset),
    kind: 'row',
    at: Date.now(),
    reason: 'too few columns',
    server: 'EX01',
    protocol: 'pop3',
    lane: 'lane',
    path: '/logs/a.LOG',
    offset,
    bytes: content.length,
    content,
  };
}

function boxIn(stateDirectory: string): LetterBox {
  return new LetterBox({ stateDirectory, agentName: 'agent', logger: silentLogger });
}

function letters(from: number, to: number): DeadLetter[] {
  return Array.from({ length: to - from }, (_, index) => letter(from + index));
}

/** How far the letters of a state folder are acknowledged. */
async function sentTo(directory: string): Promise<number> {
  const text = await readFile(join(directory, 'dead-letters', 'sent.json'), 'utf8').catch(() => '{"offset":0}');
  return (JSON.parse(text) as { offset: number }).offset;
}

async function fileSize(directory: string): Promise<number> {
  return (await readFile(join(directory, 'dead-letters', 'letters-000001.ndjson'))).length;
}

async function allSent(directory: string): Promise<void> {
  await until('all letters are acknowledged', async () => (await sentTo(directory)) === (await fileSize(directory)));
}

async function offsetsIn(topics: OwnTopics): Promise<number[]> {
  const records = await readTopic(topics.kafka, topics.plan.names.deadLetters);
  return records.map(({ message }) => {
    const { key, offset } = JSON.parse(message.value?.toString() ?? '') as { key: string; offset: number };
    assert.equal(message.key?.toString(), key);
    assert.ok(message.headers?.['deadLetter.reason'] !== undefined);
    return offset;
  });
}

test('a letter goes to the topic once, over restarts and a topic that is missing at first', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  const directory = await stateFolder(t);
  {
    await using letterBox = boxIn(directory);
    await using _side = await topics.agent(directory, silentLogger, { letterBox });
    assert.equal(await letterBox.keep(letters(0, 600)), 600, 'nobody waits for the topic');
  }
  await topics.admin((admin) => createTopics(admin, topics.plan));
  for (const last of [700, 800]) {
    await using letterBox = boxIn(directory);
    await using _side = await topics.agent(directory, silentLogger, { letterBox });
    await letterBox.keep(letters(500, last));
    await allSent(directory);
  }
  assert.deepEqual(
    await offsetsIn(topics),
    Array.from({ length: 800 }, (_, offset) => offset),
  );
});

test('a letter whose acknowledgement was lost comes again under the same key', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await topics.create();
  const directory = await stateFolder(t);
  for (const last of [1, 2]) {
    await using letterBox = boxIn(directory);
    await using _side = await topics.agent(directory, silentLogger, { letterBox });
    await letterBox.keep(letters(0, last));
    await allSent(directory);
    if (last === 1) await rm(join(directory, 'dead-letters', 'sent.json'));
  }
  assert.deepEqual(await offsetsIn(topics), [0, 0, 1]);
});

test('events that are too large for the topic become letters, and the lane goes on behind them', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers, 1);
  await topics.create();
  const limit = async (value: string): Promise<void> => {
    const configEntries = [{ name: 'max.message.bytes', value }];
    const resources = [{ type: topicResource, name: topics.plan.names.connections, configEntries }];
    await topics.admin((admin) => admin.alterConfigs({ validateOnly: false, resources }));
  };
  await limit('100');
  const directory = await stateFolder(t);
  await using letterBox = boxIn(directory);
  const more = { letterBox, refusedRetryMs: 50, refusedGiveUpMs: 200, compression: 'none' } as const;
  await using side = await topics.agent(directory, silentLogger, more);
  const [slice, events] = handed('ex01', 0);
  await side.delivery.deliver(slice, events);
  const lane = slice.lane.id;
  await until('all of it is put aside', () => side.delivery.lane(lane).deadLetters === events.length);
  await limit('1048588');
  for (const number of [1, 2, 3]) await side.delivery.deliver(...handed('ex01', number));
  await side.delivery.drain(20_000);
  const [first] = await readTopic(topics.kafka, topics.plan.names.connections);
  assert.match(String(first?.message.headers?.['prev']), /^1:/, 'the chain names what is missing');
  assert.equal(side.delivery.lane(lane).ledger.length, 1);
  await allSent(directory);
  assert.deepEqual(
    (await offsetsIn(topics)).toSorted((a, b) => a - b),
    events.map(({ offset }) => offset).toSorted((a, b) => a - b),
  );
});
