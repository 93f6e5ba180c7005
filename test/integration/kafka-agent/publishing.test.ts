/** The agent's side on a real broker that behaves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import type { AgentReport } from '../../../src/event/agent-report.ts';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { BatchRefused, PartitionCountChanged, chunkSender } from '../../../src/delivery/kafka/chunk-sender.ts';
import { chainPieces, cutEvents } from '../../../src/delivery/kafka/cut.ts';
import { largeChunkBytes } from '../../../src/delivery/kafka/outbox.ts';
import { pack } from '../../../src/delivery/kafka/packing.ts';
import { checkTopics } from '../../../src/delivery/kafka/topic-check.ts';
import { createTopics } from '../../../src/delivery/kafka/topics.ts';
import { until } from '../../processes/until.ts';
import { requireBroker } from '../../require.ts';
import { assertArrived, handed } from './lane-slices.ts';
import { ownTopics, stateFolder } from './own-topics.ts';
import { countOnce, readChunks, readTopic } from './read-topic.ts';

const warnings: string[] = [];
process.on('warning', (warning) => warnings.push(warning.name));
after(() => assert.ok(!warnings.includes('TimeoutNegativeWarning'), 'idle connections rest'));

test('missing topics are found, made as they should be, and then there is nothing to say', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers, 3);
  await topics.admin(async (admin) => {
    const missing = await checkTopics(admin, topics.plan);
    assert.equal(missing.length, 4);
    for (const { severity, text, remedy } of missing) {
      assert.equal(severity, 'error');
      assert.match(text, /does not exist\.$/);
      assert.match(remedy, /--create-topics/);
    }
    assert.equal((await createTopics(admin, topics.plan)).length, 4);
    assert.deepEqual(await checkTopics(admin, topics.plan), []);
    assert.deepEqual(await createTopics(admin, topics.plan), []);
    const other = await checkTopics(admin, { ...topics.plan, partitions: 5 });
    assert.deepEqual(
      other.map(({ topic, severity }) => [topic, severity]),
      [
        [topics.plan.names.connections, 'error'],
        [topics.plan.names.state, 'error'],
      ],
    );
  });
});

test('what several lanes deliver is in the topic once, chained, with the time of publishing', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await topics.create();
  const before = Date.now();
  {
    await using side = await topics.agent(await stateFolder(t));
    const lanes = ['ex01', 'ex02', 'ex03'];
    await Promise.all(
      lanes.flatMap((lane) =>
        Array.from({ length: 30 }, (_, number) => side.delivery.deliver(...handed(lane, number))),
      ),
    );
    await side.delivery.drain(30_000);
    assert.deepEqual(side.delivery.status().chunksWaiting, 0);
    const { ledger, publishErrors } = side.delivery.lane(handed('ex01', 0)[0].lane.id);
    assert.equal(ledger.length, 4);
    assert.equal(publishErrors, 0);
  }
  const chunks = await readChunks(topics.kafka, topics.plan.names.connections);
  const { events, duplicates } = countOnce(chunks);
  assert.equal(duplicates, 0);
  assertArrived(events, { ex01: 30, ex02: 30, ex03: 30 });
  const records = await readTopic(topics.kafka, topics.plan.names.connections);
  for (const { message } of records) {
    assert.ok(Number(message.timestamp) >= before, 'not the time of the events');
    assert.equal(message.headers?.['content-type']?.toString(), 'application/x-ndjson');
  }
});

test('a topic that is missing, and one that is deleted while it runs, are waited for', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await using side = await topics.agent(await stateFolder(t));
  const first = side.delivery.deliver(...handed('ex01', 0));
  await until('it is said', () => side.delivery.status().outage !== null);
  assert.match(side.delivery.status().outage?.reason ?? '', /does not exist: create it with/);
  await topics.create();
  await first;
  await side.delivery.drain(30_000);
  assert.equal(side.delivery.status().outage, null);

  await topics.delete();
  for (const number of [1, 2, 3, 4]) await side.delivery.deliver(...handed('ex01', number));
  await until('it is said', () => side.delivery.status().outage !== null);
  await topics.create();
  await side.delivery.drain(30_000);
  assert.equal(side.delivery.status().chunksWaiting, 0);
  const arrived = (await readChunks(topics.kafka, topics.plan.names.connections)).flatMap(({ events }) => events);
  const expected = [1, 2, 3, 4].flatMap((number) => [...handed('ex01', number)[1]]);
  assert.equal(arrived.length, expected.length, 'what was acknowledged is gone with the topic, the rest is not');
});

test('a topic with another number of partitions gets nothing', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers, 4);
  await topics.create();
  const directory = await stateFolder(t);
  {
    await using side = await topics.agent(directory);
    for (const number of [0, 1, 2, 3]) await side.delivery.deliver(...handed('ex01', number));
    await side.delivery.drain(30_000);
  }
  await topics.delete();
  const other = { ...topics.plan, partitions: 6 };
  await topics.admin((admin) => createTopics(admin, other));
  await using side = await topics.agent(directory);
  for (const number of [4, 5, 6, 7]) await side.delivery.deliver(...handed('ex01', number));
  const { id } = handed('ex01', 1)[0].lane;
  await until('sending was tried', () => side.delivery.lane(id).publishErrors > 0);
  assert.match(side.delivery.status().outage?.reason ?? '', /has 6 partitions, the chunks were cut for 4/);
  assert.deepEqual(await readTopic(topics.kafka, topics.plan.names.connections), []);
});

test('a send that the broker does not confirm, and one of another number of partitions, fail', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers, 4);
  await topics.create();
  await using sender = chunkSender(topics.kafka, topics.plan.names.connections);
  const [slice, events] = handed('ex01', 2);
  const [chunk] = chainPieces(cutEvents(events, { partitions: 4, bytesMax: 100_000 }), {
    lane: slice.lane.id,
    run: 'run',
    runFirst: 1,
    slice: 1,
    partitions: 4,
    readingBack: false,
    agentName: 'agent',
    previous: () => undefined,
  });
  assert.ok(chunk);
  const taken = (): Promise<boolean> =>
    sender.send(3, [chunk]).then(
      () => true,
      () => false,
    );
  await until('the new partition has its leader', taken);
  // kafkajs resolves here, with nothing sent.
  await assert.rejects(sender.send(4, [chunk]), /does not confirm partition 4/);
  const other = { ...chunk, headers: { ...chunk.headers, partitions: 5 } };
  await assert.rejects(sender.send(3, [other]), PartitionCountChanged);
  const large = { ...chunk, body: randomBytes(2_000_000) };
  await assert.rejects(sender.send(3, [large]), BatchRefused);
  assert.equal((await readTopic(topics.kafka, topics.plan.names.connections)).length, 1);
});

test('a large chunk travels as it rests in the outbox, and every way of sending says the same', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers, 1);
  await topics.create();
  const plan = { run: 'run', runFirst: 1, partitions: 1, readingBack: false, agentName: 'agent' };
  const [slice, events] = handed('ex01', 2);
  const many = Array.from({ length: 500 }, (_, index) => ({ ...(events[0] as ConnectionEvent), offset: index }));
  const pieces = cutEvents(many, { partitions: 1, bytesMax: 400_000 });
  const [chunk] = chainPieces(pieces, { ...plan, lane: slice.lane.id, slice: 1, previous: () => undefined });
  assert.ok(chunk !== undefined && chunk.body.length > largeChunkBytes);
  const packed = pack(chunk.headers, chunk.body);
  for (const codec of ['zstd', 'gzip', 'none'] as const) {
    await using sender = chunkSender(topics.kafka, topics.plan.names.connections, codec);
    await until('the partition has its leader', () =>
      sender.send(0, [{ ...chunk, packed }]).then(
        () => true,
        () => false,
      ),
    );
    await sender.send(0, [chunk, chunk]);
  }
  const chunks = await readChunks(topics.kafka, topics.plan.names.connections);
  assert.equal(chunks.length, 9);
  for (const { headers, events: read } of chunks) {
    assert.deepEqual(headers, chunk.headers);
    assert.deepEqual(read, many);
  }
});

function report(at: number): AgentReport {
  return {
    schema: 1,
    agent: 'agent-1',
    name: 'agent',
    version: '0.0.0',
    server: 'EX01',
    startedAt: 1,
    at,
    intervalMs: 10_000,
    lanes: [],
  };
}

test('of the reports that could not be sent the newest one is', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await using side = await topics.agent(await stateFolder(t));
  // No topic yet.
  for (let at = 1; at <= 50; at++) side.reports.accept(report(at));
  side.reports.accept({ ...report(7), server: 'EX02' });
  await topics.create();
  const sent = async (): Promise<string[]> => {
    const records = await readTopic(topics.kafka, topics.plan.names.agents);
    return records.map(({ message }) => `${message.key?.toString()} ${JSON.parse(String(message.value)).at}`);
  };
  await until('reports', async () => (await sent()).length >= 2);
  assert.deepEqual((await sent()).toSorted(), ['agent-1/EX01 50', 'agent-1/EX02 7']);
  side.reports.accept(report(51));
  await until('the next report', async () => (await sent()).includes('agent-1/EX01 51'));
});
