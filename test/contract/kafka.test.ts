/** The agent's side of Kafka under the contract: what counts is read from the topic, duplicates left out by origin. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openKafka } from '../../src/delivery/kafka/client.ts';
import type { Admin } from '../../src/delivery/kafka/client.ts';
import { createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { testBroker } from '../broker/test-broker.ts';
import { countOnce, readChunks } from '../integration/kafka-agent/read-topic.ts';
import { deliveryContract } from './delivery.ts';
import type { DeliveryPlace } from './delivery.ts';
import { DeliveryProcess } from './delivery-process.ts';
import { expectedOf } from './expected.ts';
import type { Counted } from './expected.ts';

const program = fileURLToPath(new URL('./kafka-process.ts', import.meta.url));

const broker = await testBroker();
after(async () => {
  if (typeof broker !== 'string') await broker[Symbol.asyncDispose]();
});
if (typeof broker === 'string') {
  if (process.env['CI'] === 'true') throw new Error(`missing under CI=true: ${broker}`);
  console.error(`# SKIPPED the contract of Kafka: ${broker}`);
}

async function makePlace(brokers: readonly string[]): Promise<DeliveryPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-kafka-'));
  const prefix = `contract-${randomUUID().slice(0, 8)}`;
  const names = topicNames(prefix);
  const kafka = openKafka({ brokers, clientId: 'straggler-contract' }, silentLogger);
  const administer = async (work: (admin: Admin) => Promise<unknown>): Promise<void> => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  await administer((admin) => createTopics(admin, { names, partitions: 4, retentionMs: 86_400_000 }));
  const started: DeliveryProcess[] = [];
  const counted = async (delivery: DeliveryProcess): Promise<Counted> => {
    await delivery.drain(30_000);
    return expectedOf([countOnce(await readChunks(kafka, names.connections))]);
  };
  return {
    open: async () => {
      const delivery = await DeliveryProcess.start(program, [brokers.join(','), prefix, directory]);
      started.push(delivery);
      return { delivery, counted: () => counted(delivery), kill: () => delivery.kill() };
    },
    [Symbol.asyncDispose]: async () => {
      for (const process of started) await process.kill();
      await administer((admin) => admin.deleteTopics({ topics: Object.values(names) }));
      await rm(directory, { recursive: true });
    },
  };
}

deliveryContract('kafka', () => makePlace(typeof broker === 'string' ? [] : broker.brokers), {
  skip: typeof broker === 'string' ? broker : false,
});
