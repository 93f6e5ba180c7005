/** The broker dies in the middle and comes back on its own data: nobody is restarted, nothing is lost or doubled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { localKafkaObstacle } from '../../broker/kafka-jars.ts';
import { LocalKafka } from '../../broker/local-kafka.ts';
import { missing } from '../../require.ts';
import { CollectorProcess } from './collector-process.ts';
import { FakeAgent } from './fake-agent.ts';
import type { WireChunk } from './fake-agent.ts';
import { TestTopics } from './topics.ts';
import { assertEqualFacts, truthOf } from './truth.ts';
import { answered, until } from './until.ts';

const partitions = 3;

test('two collectors live through a broker that is killed and started again', async (t) => {
  const obstacle = await localKafkaObstacle();
  if (obstacle !== null) return missing(t, `no local broker to kill: ${obstacle}`);
  await using kafka = await LocalKafka.start();
  await using topics = await TestTopics.create(kafka.brokers, partitions);
  const settings = { brokers: topics.brokers, group: topics.names.state, topics: topics.names };
  await using one = new CollectorProcess(settings);
  await using two = new CollectorProcess(settings);
  await Promise.all([one.ready(), two.ready()]);

  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 20 });
  const published: WireChunk[] = [];
  let publishing = true;
  const publisher = (async () => {
    while (publishing) {
      const chunks = agent.slices(1, 30, 80);
      await publishForCertain(topics, chunks);
      published.push(...chunks);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await until('a first half', () => published.length > 60);
  const killedAt = Date.now();
  await kafka.kill();
  await until('both to notice', async () => !(await one.answer()).connected && !(await two.answer()).connected);
  await kafka.restart();
  const upAt = Date.now();
  const before = published.length;
  await until('a second half', () => published.length > before + 60, 60_000);
  publishing = false;
  await publisher;
  const expected = truthOf(published.flatMap((chunk) => chunk.events));
  for (const [name, process] of [
    ['one', one],
    ['two', two],
  ] as const) {
    await until(`${name} to show everything`, async () => isDeepStrictEqual(await process.facts(), expected), 60_000);
    assertEqualFacts(await process.facts(), expected, name);
    await until(`${name} to have nothing to say`, async () => (await process.answer()).reasons.length === 0, 60_000);
    assert.deepEqual((await process.answer()).losses, [], name);
  }
  console.log(`# broker away for ${upAt - killedAt} ms, all shown ${Date.now() - upAt} ms after it was back`);
});

/** As an agent does it: the identical chunk again until it is acknowledged. */
async function publishForCertain(topics: TestTopics, chunks: readonly WireChunk[]): Promise<void> {
  for (const chunk of chunks) {
    await answered('the broker takes a chunk', () => topics.publish([chunk]));
  }
}
