/** What is wrong with the topics that are there, in sentences with their remedy. */
import { chunkBytesMax } from './chunk.ts';
import { topicResource } from './client.ts';
import type { Admin } from './client.ts';
import { refusalOf } from './refusal.ts';
import { desiredTopics, replicasMax } from './topics.ts';
import type { DesiredTopic, TopicPlan } from './topics.ts';

export interface TopicFinding {
  readonly topic: string;
  /** `error`: it will not work. `warning`: it works, but worse than it could. */
  readonly severity: 'error' | 'warning';
  /** One sentence. */
  readonly text: string;
  /** What to do, one sentence. */
  readonly remedy: string;
  /** The topic, or its settings, cannot be seen: nothing is known of it. */
  readonly isHidden?: boolean;
}

/**
 * What is wrong with the topics, worst first; empty when they are as they should be. `isHidden` tells whether one that
 * is not listed only may not be seen (`topicIsHidden`).
 */
export async function checkTopics(
  admin: Admin,
  plan: TopicPlan,
  isHidden: (topic: string) => Promise<boolean> = async () => false,
): Promise<TopicFinding[]> {
  const { brokers } = await admin.describeCluster();
  const there = new Set(await admin.listTopics());
  const findings: TopicFinding[] = [];
  for (const desired of desiredTopics(plan)) {
    if (!there.has(desired.name)) {
      findings.push((await isHidden(desired.name)) ? hiddenTopic(desired.name) : missingTopic(desired.name));
      continue;
    }
    try {
      const actual = await describeTopic(admin, desired.name);
      findings.push(...compareTopic(desired, actual, brokers.length));
    } catch (error) {
      const { kind, text } = refusalOf(error, desired.name);
      if (kind !== 'TOPIC_AUTHORIZATION_FAILED') throw error;
      findings.push({ ...hiddenTopic(desired.name), text: `The settings of ${desired.name} cannot be read: ${text}.` });
    }
  }
  return findings.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function missingTopic(topic: string): TopicFinding {
  return {
    topic,
    severity: 'error',
    text: `The topic ${topic} does not exist.`,
    remedy: 'Run `straggler check --create-topics`.',
  };
}

function hiddenTopic(topic: string): TopicFinding {
  return {
    topic,
    severity: 'error',
    text: `This account may not see whether the topic ${topic} exists.`,
    remedy: 'Run `straggler check --print-acls` for the commands that allow it.',
    isHidden: true,
  };
}

export interface ActualTopic {
  readonly partitions: number;
  /** The smallest number over the partitions. */
  readonly replicas: number;
  readonly settings: ReadonlyMap<string, string>;
}

/** A topic as it is. Throws what the broker answers when it is not there. */
export async function describeTopic(admin: Admin, topic: string): Promise<ActualTopic> {
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = metadata.topics[0]?.partitions ?? [];
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name: topic }],
  });
  const entries = configs.resources[0]?.configEntries ?? [];
  return {
    partitions: partitions.length,
    replicas: Math.min(...partitions.map((partition) => partition.replicas.length)),
    settings: new Map(entries.map((entry) => [entry.configName, entry.configValue])),
  };
}

/** Pure half of `checkTopics`. */
export function compareTopic(desired: DesiredTopic, actual: ActualTopic, brokers: number): TopicFinding[] {
  const findings: TopicFinding[] = [];
  const find = (severity: TopicFinding['severity'], text: string, remedy: string): void => {
    findings.push({ topic: desired.name, severity, text, remedy });
  };
  if (actual.partitions !== desired.partitions) {
    find(
      'error',
      `The topic ${desired.name} has ${actual.partitions} partitions instead of ${desired.partitions}.`,
      'Create the topic anew: the number of partitions decides where a client lives and cannot be changed.',
    );
  }
  const replicas = Math.min(replicasMax, brokers);
  if (actual.replicas < replicas) {
    find(
      'warning',
      `The topic ${desired.name} has ${count(actual.replicas, 'replica')} on ${count(brokers, 'broker')}.`,
      `Raise its replicas to ${replicas} with kafka-reassign-partitions.`,
    );
  }
  for (const [name, wanted] of Object.entries(desired.settings)) {
    const value = actual.settings.get(name);
    const severity = compareSetting(name, value, wanted);
    if (severity === null) continue;
    find(
      severity,
      `The topic ${desired.name} has ${name}=${value ?? ''} instead of ${wanted}.`,
      `Run \`kafka-configs --alter --topic ${desired.name} --add-config ${name}=${wanted}\`.`,
    );
  }
  return findings;
}

/** Null where the value serves. More room, quicker compaction and longer retention than wanted serve too. */
function compareSetting(name: string, value: string | undefined, wanted: string): TopicFinding['severity'] | null {
  if (value === wanted) return null;
  if (name === 'cleanup.policy') return 'error';
  const [is, should] = [Number(value), Number(wanted)];
  if (name === 'max.message.bytes') return is >= should ? null : is < chunkBytesMax ? 'error' : 'warning';
  if (name === 'retention.ms') return is === -1 || is > should ? null : 'warning';
  if (name === 'delete.retention.ms') return is > should ? null : 'warning';
  return is < should ? null : 'warning';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
