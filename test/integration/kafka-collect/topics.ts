/** Topics of one test, and what is written to them. */
import { randomUUID } from 'node:crypto';
import type { AgentReport } from '../../../src/event/agent-report.ts';
import { openKafka } from '../../../src/delivery/kafka/client.ts';
import type { Admin, Kafka, Producer } from '../../../src/delivery/kafka/client.ts';
import { createTopics, topicNames } from '../../../src/delivery/kafka/topics.ts';
import type { TopicNames } from '../../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { wireHeaders } from './fake-agent.ts';
import type { FakeAgent, WireChunk } from './fake-agent.ts';

export class TestTopics implements AsyncDisposable {
  readonly names: TopicNames;
  readonly brokers: readonly string[];
  readonly kafka: Kafka;
  readonly partitions: number;
  /** Of every record. */
  readonly timestamp = Date.now();
  readonly #producer: Producer;

  private constructor(brokers: readonly string[], partitions: number) {
    this.brokers = brokers;
    this.partitions = partitions;
    this.names = topicNames(`t${randomUUID().slice(0, 8)}`);
    this.kafka = openKafka({ brokers, clientId: 'test' }, silentLogger);
    this.#producer = this.kafka.producer();
  }

  static async create(brokers: readonly string[], partitions: number): Promise<TestTopics> {
    const topics = new TestTopics(brokers, partitions);
    await topics.make();
    await topics.#producer.connect();
    return topics;
  }

  async make(): Promise<void> {
    const plan = { names: this.names, partitions: this.partitions, retentionMs: 7 * 86_400_000 };
    await this.#administer((admin) => createTopics(admin, plan));
  }

  /** Sends chunks one by one, as an agent does. */
  async publish(chunks: readonly WireChunk[]): Promise<void> {
    for (const chunk of chunks) await this.send(chunk.partition, wireHeaders(chunk), chunk.body);
  }

  async send(partition: number, headers: Record<string, string>, value: Buffer | null): Promise<void> {
    await this.#producer.send({
      topic: this.names.connections,
      acks: -1,
      messages: [{ partition, headers, value, timestamp: String(this.timestamp) }],
    });
  }

  /** What retention does, at once. */
  async deleteAll(): Promise<void> {
    await this.#administer(async (admin) => {
      const topic = this.names.connections;
      const ends = await admin.fetchTopicOffsets(topic);
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
    });
  }

  async recreate(topic: string): Promise<void> {
    await this.#administer((admin) => admin.deleteTopics({ topics: [topic] }));
    await this.make();
  }

  /** Records that a topic has held. */
  async end(topic: string): Promise<number> {
    let end = 0;
    await this.#administer(async (admin) => {
      for (const { high } of await admin.fetchTopicOffsets(topic)) end += Number(high);
    });
    return end;
  }

  async report(agent: FakeAgent, ledger = agent.ledger()): Promise<void> {
    const report: AgentReport = {
      schema: 1,
      agent: agent.lane,
      name: `agent-${agent.server}`,
      version: '0',
      server: agent.server,
      startedAt: 1,
      at: 2,
      intervalMs: 10_000,
      lanes: [
        {
          lane: agent.lane,
          server: agent.server,
          protocol: 'pop3',
          root: '/logs',
          lastScanAt: null,
          scanError: null,
          filesFollowed: 0,
          filesFound: 0,
          backlogBytes: 0,
          bytesAtRisk: 0,
          bytesLost: 0,
          lostAt: null,
          lastRowAt: null,
          lastProbeAt: null,
          rows: { event: 0, ignored: 0, error: 0 },
          readBack: { done: true, bytesRead: 0, bytesTotal: 0 },
          fileEpochs: {},
          watcherErrors: 0,
          publishErrors: 0,
          deadLetters: 0,
          deadLettersLost: 0,
          outboxBytes: 0,
          oldestUnackedAt: null,
          ledger,
        },
      ],
    };
    await this.#producer.send({
      topic: this.names.agents,
      acks: -1,
      messages: [{ key: `${report.agent}\t${report.server}`, value: JSON.stringify(report) }],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
    await this.#administer((admin) => admin.deleteTopics({ topics: Object.values(this.names) })).catch(() => {});
  }

  async #administer(work: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}
