/** The state of the collectors, read from Kafka to its end. Nothing is written, fenced or joined. */
import type { Settings } from '../../config/schema.ts';
import { openKafka } from '../../delivery/kafka/client.ts';
import type { Admin, Kafka } from '../../delivery/kafka/client.ts';
import { LogEnds } from '../../delivery/kafka/collect/log-ends.ts';
import type { LogRange } from '../../delivery/kafka/collect/position.ts';
import { readToEnd, type TopicRecord } from '../../delivery/kafka/collect/read-to-end.ts';
import { decodeReport } from '../../delivery/kafka/collect/report-codec.ts';
import { topicPartitions } from '../../delivery/kafka/collect/topic-partitions.ts';
import { refusalOf } from '../../delivery/kafka/refusal.ts';
import type { AgentReport } from '../../event/agent-report.ts';
import { systemClock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { kafkaSecurity, requireBrokers } from '../kafka-settings.ts';

export interface TopicLook {
  /** Of connections and state. */
  readonly partitions: number;
  readonly state: ReadonlyMap<number, LogRange>;
  /** As they stood after the state had been read. */
  readonly connections: ReadonlyMap<number, LogRange>;
  /** The newest of each agent and server. */
  readonly reports: readonly AgentReport[];
  /** Collectors that are in the group; null = this account may not ask. */
  readonly collectors: number | null;
}

/** What is to be done with the records of the state, once the number of partitions is known. */
export type StateReader = (partitions: number) => (record: Omit<TopicRecord, 'topic'>) => void;

/** Throws a UserError where no broker answers, a topic is missing or cannot be read, and what the reader throws. */
export async function lookAtTopic(settings: Settings, reader: StateReader, signal: AbortSignal): Promise<TopicLook> {
  const brokers = requireBrokers(settings);
  const security = kafkaSecurity(settings, process.env);
  const kafka = openKafka({ brokers, security, clientId: 'straggler-state', retries: 2, signal }, silentLogger);
  try {
    return await look(kafka, settings, reader, signal);
  } catch (error) {
    if (error instanceof UserError || signal.aborted || !isOfKafka(error)) throw error;
    throw brokerRefusal(error, brokers);
  }
}

async function look(kafka: Kafka, settings: Settings, reader: StateReader, signal: AbortSignal): Promise<TopicLook> {
  const { topics, group } = settings.kafka;
  await using logEnds = new LogEnds(kafka);
  const partitions = await topicPartitions(kafka, topics);
  const take = reader(partitions);
  const reports = new Map<string, AgentReport>();
  const ranges = await readToEnd({
    kafka,
    logEnds,
    group,
    topics: [topics.state, topics.agents],
    onRecord: (record) => {
      if (record.topic === topics.state) take(record);
      else keepReport(reports, record);
    },
    clock: systemClock,
    logger: silentLogger,
    signal,
  });
  return {
    partitions,
    state: ranges.get(topics.state) ?? new Map(),
    connections: await logEnds.of(topics.connections),
    reports: [...reports.values()],
    collectors: await membersOf(kafka, group),
  };
}

function keepReport(reports: Map<string, AgentReport>, { key, value }: TopicRecord): void {
  const report = value === null ? null : decodeReport(value);
  if (report === null) reports.delete(key);
  else reports.set(key, report);
}

async function membersOf(kafka: Kafka, group: string): Promise<number | null> {
  const admin: Admin = kafka.admin();
  try {
    await admin.connect();
    const { groups } = await admin.describeGroups([group]);
    return groups[0]?.members.length ?? 0;
  } catch {
    return null;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

function isOfKafka(error: unknown): boolean {
  return error instanceof Error && (error.name.startsWith('KafkaJS') || 'type' in error);
}

function brokerRefusal(error: unknown, brokers: readonly string[]): UserError {
  const { kind, text, remedy } = refusalOf(error);
  if (kind === 'unreachable') {
    return new UserError(`No broker answers at ${brokers.join(', ')}: ${text}.`, {
      remedy: 'Check the addresses, and that this host may reach them.',
      retryable: true,
      cause: error,
    });
  }
  const sentence = remedy === null ? {} : { remedy: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.` };
  return new UserError(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`, { ...sentence, cause: error });
}
