/** Topics of one test, and agents that write to them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openKafka } from '../../../src/delivery/kafka/client.ts';
import type { Admin, Kafka } from '../../../src/delivery/kafka/client.ts';
import { openKafkaDelivery } from '../../../src/delivery/kafka/open-agent-delivery.ts';
import type { AgentSide, KafkaDeliveryOptions } from '../../../src/delivery/kafka/open-agent-delivery.ts';
import { createTopics, topicNames } from '../../../src/delivery/kafka/topics.ts';
import type { TopicPlan } from '../../../src/delivery/kafka/topics.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { until } from '../../processes/until.ts';

export interface OwnTopics {
  readonly kafka: Kafka;
  readonly brokers: readonly string[];
  readonly plan: TopicPlan;
  admin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result>;
  create(): Promise<void>;
  delete(): Promise<void>;
  /** Opens the agent's side on a state folder. */
  agent(directory: string, logger?: Logger, more?: Partial<KafkaDeliveryOptions>): Promise<AgentSide>;
}

export function ownTopics(t: TestContext, brokers: readonly string[], partitions = 4): OwnTopics {
  const connection = { brokers, clientId: 'straggler-test' };
  const kafka = openKafka(connection, silentLogger);
  const plan = { names: topicNames(`agent-${randomUUID().slice(0, 8)}`), partitions, retentionMs: 86_400_000 };
  const own: OwnTopics = {
    kafka,
    brokers,
    plan,
    admin: async (work) => {
      const admin = kafka.admin();
      await admin.connect();
      try {
        return await work(admin);
      } finally {
        await admin.disconnect();
      }
    },
    create: async () => {
      await own.admin((admin) => createTopics(admin, plan));
    },
    delete: () =>
      own.admin(async (admin) => {
        const topic = plan.names.connections;
        await admin.deleteTopics({ topics: [topic] });
        // The controller has answered; the broker takes records of it until it has heard of that.
        await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
      }),
    agent: (directory, logger = silentLogger, more = {}) =>
      openKafkaDelivery({
        connection,
        topics: plan.names,
        stateDirectory: directory,
        programVersion: '0.0.0',
        agentName: 'agent',
        logger,
        ...more,
      }),
  };
  t.after(async () => {
    await own.admin(async (admin) => {
      const there = new Set(await admin.listTopics());
      const topics = Object.values(plan.names).filter((name) => there.has(name));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    });
  });
  return own;
}

export async function stateFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-agent-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
