/** The agent's side while answers get lost, agents are killed and the broker dies: everything counts once. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { DeliveryProcess } from '../../contract/delivery-process.ts';
import { until } from '../../processes/until.ts';
import { assertArrived, durableSlices, handed } from './lane-slices.ts';
import { requireLine } from './line.ts';
import { ownTopics, stateFolder } from './own-topics.ts';
import type { OwnTopics } from './own-topics.ts';
import { countOnce, readChunks } from './read-topic.ts';

const agentProgram = fileURLToPath(new URL('../../contract/kafka-process.ts', import.meta.url));

async function arrived(topics: OwnTopics) {
  return countOnce(await readChunks(topics.kafka, topics.plan.names.connections));
}

test('answers that get lost after the append bring identical duplicates, and nothing else', async (t) => {
  const line = await requireLine(t);
  if (line === null) return;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  await using side = await topics.agent(await stateFolder(t));
  await side.delivery.deliver(...handed('ex01', 0));
  await side.delivery.drain(30_000);
  for (let number = 1; number < 60; number++) {
    if (number % 6 === 0) line.proxy.answersToLose++;
    await side.delivery.deliver(...handed('ex01', number));
    await side.delivery.deliver(...handed('ex02', number - 1));
  }
  await side.delivery.drain(60_000);
  line.proxy.answersToLose = 0;
  const { events, duplicates } = await arrived(topics);
  assert.ok(
    line.proxy.answersLost > 0 && duplicates > 0,
    `${line.proxy.answersLost} answers, ${duplicates} duplicates`,
  );
  assertArrived(events, { ex01: 60, ex02: 59 });
});

test('an agent killed between storing and publishing has its chunks sent by the next one', async (t) => {
  const line = await requireLine(t);
  if (line === null) return;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  const directory = await stateFolder(t);
  const prefix = topics.plan.names.connections.replace('.connections', '');
  const agent = await DeliveryProcess.start(agentProgram, [line.brokers.join(','), prefix, directory]);
  // Its topic is known, then the network goes: what it stores it cannot publish.
  await agent.deliver(...handed('ex01', 0));
  await agent.drain(30_000);
  line.proxy.down();
  for (let number = 1; number < 20; number++) await agent.deliver(...handed('ex01', number));
  await agent.kill();
  line.proxy.up();
  await using side = await topics.agent(directory);
  assert.equal(durableSlices(side.delivery, 'ex01'), 20, 'nothing is to be read again');
  // What comes next follows what nobody has read a second time.
  await side.delivery.deliver(...handed('ex01', 20));
  await side.delivery.drain(60_000);
  const { events } = await arrived(topics);
  assertArrived(events, { ex01: 21 });
});

test('agents killed at any moment lose nothing and send nothing else', async (t) => {
  const line = await requireLine(t);
  if (line === null) return;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  const directory = await stateFolder(t);
  const prefix = topics.plan.names.connections.replace('.connections', '');
  const next: Record<string, number> = { ex01: 0, ex02: 0 };
  for (let kill = 0; kill < 6; kill++) {
    const agent = await DeliveryProcess.start(agentProgram, [line.brokers.join(','), prefix, directory]);
    const onTheWay: Promise<unknown>[] = [];
    for (const lane of ['ex01', 'ex02']) {
      const from = (agent.state.files.find(({ id }) => id === handed(lane, 0)[0].file.id)?.offset ?? 0) / 1000;
      assert.ok(from >= (next[lane] ?? 0), `${lane}: ${next[lane]} were promised, ${from} are there`);
      for (let number = from; number < from + 40; number++) {
        const promise = agent.deliver(...handed(lane, number)).then(
          () => (next[lane] = number + 1),
          () => {},
        );
        onTheWay.push(promise);
      }
    }
    await Promise.all(onTheWay.slice(0, 7 * kill));
    await agent.kill();
    await Promise.all(onTheWay);
  }
  await using side = await topics.agent(directory);
  const durable = { ex01: durableSlices(side.delivery, 'ex01'), ex02: durableSlices(side.delivery, 'ex02') };
  assert.ok(durable.ex01 > 20 && durable.ex02 > 20, JSON.stringify(durable));
  await side.delivery.drain(60_000);
  const { events } = await arrived(topics);
  assertArrived(events, durable);
});

test('a broker that is killed in the middle and comes back gets everything', async (t) => {
  const line = await requireLine(t);
  if (line === null) return;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  await using side = await topics.agent(await stateFolder(t));
  const deliver = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number++) {
      await side.delivery.deliver(...handed('ex01', number));
      await side.delivery.deliver(...handed('ex02', number));
    }
  };
  await deliver(0, 50);
  await line.kafka.kill();
  await deliver(50, 100);
  await until('the outage is said', () => side.delivery.status().outage !== null);
  await line.kafka.restart();
  await deliver(100, 120);
  await side.delivery.drain(90_000);
  assert.equal(side.delivery.status().outage, null);
  assert.equal(side.delivery.status().chunksWaiting, 0);
  const { events } = await arrived(topics);
  assertArrived(events, { ex01: 120, ex02: 120 });
});
