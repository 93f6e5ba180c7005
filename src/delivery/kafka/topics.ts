/**
 * The four topics: what they are called, how they must be set, and making them. Settings decide how long a restore
 * takes: the active segment of a compacted topic is never compacted, so it has to be small and young.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import { chunkBytesMax } from './chunk.ts';
import type { Admin } from './client.ts';

export interface TopicNames {
  /** Chunks of connection events. */
  readonly connections: string;
  /** Sightings, marks and positions of the collectors. */
  readonly state: string;
  /** Reports of agents: key = agent and server, newest wins. */
  readonly agents: string;
  readonly deadLetters: string;
}

export function topicNames(prefix = 'straggler'): TopicNames {
  return {
    connections: `${prefix}.connections`,
    state: `${prefix}.state`,
    agents: `${prefix}.agents`,
    deadLetters: `${prefix}.dead-letters`,
  };
}

export interface TopicPlan {
  readonly names: TopicNames;
  /** Of connections and state. Fixed once: the partition of a client never changes. */
  readonly partitions: number;
  /** How long connection events and dead letters are kept, and so how long a collector may be away. */
  readonly retentionMs: number;
}

export const defaultPartitions = 12;

export interface DesiredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Replicas as far as there are brokers. */
export const replicasMax = 3;

/** Room for a chunk whose bytes do not compress, with its headers. */
const sized: Readonly<Record<string, string>> = { 'max.message.bytes': String(2 * chunkBytesMax) };

const compacted: Readonly<Record<string, string>> = {
  ...sized,
  'cleanup.policy': 'compact',
  'segment.bytes': String(32 * 1024 * 1024),
  'segment.ms': String(10 * 60_000),
  'min.cleanable.dirty.ratio': '0.1',
  'max.compaction.lag.ms': String(10 * 60_000),
  'delete.retention.ms': String(24 * 3_600_000),
};

/** What `createTopics` makes and `checkTopics` (topic-check.ts) compares with. */
export function desiredTopics(plan: TopicPlan): readonly DesiredTopic[] {
  const kept = { ...sized, 'cleanup.policy': 'delete', 'retention.ms': String(plan.retentionMs) };
  return [
    { name: plan.names.connections, partitions: plan.partitions, settings: kept },
    { name: plan.names.state, partitions: plan.partitions, settings: compacted },
    { name: plan.names.agents, partitions: 1, settings: compacted },
    { name: plan.names.deadLetters, partitions: 1, settings: kept },
  ];
}

/**
 * Makes the topics that are missing, as many replicas as there are brokers, at most 3, and waits until they can be
 * used. Answers their names. Throws a UserError where the broker will not make one.
 */
export async function createTopics(admin: Admin, plan: TopicPlan): Promise<string[]> {
  const { brokers } = await admin.describeCluster();
  const there = new Set(await admin.listTopics());
  const missing = desiredTopics(plan).filter((topic) => !there.has(topic.name));
  if (missing.length === 0) return [];
  const topics = missing.map((topic) => ({
    topic: topic.name,
    numPartitions: topic.partitions,
    replicationFactor: Math.min(replicasMax, brokers.length),
    configEntries: Object.entries(topic.settings).map(([name, value]) => ({ name, value })),
  }));
  try {
    // kafkajs's own wait fails when the broker does not know its new topics yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    throw notCreated(error);
  }
  const names = missing.map((topic) => topic.name);
  await untilUsable(admin, names);
  return names;
}

function notCreated(error: unknown): unknown {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return error;
  const reasons = new Set(error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))));
  return new UserError(`The broker did not create the topics: ${[...reasons].join('; ')}.`, {
    remedy: 'Give this account the right to create topics, or have them created as the documentation shows.',
    cause: error,
  });
}

async function untilUsable(admin: Admin, names: readonly string[]): Promise<void> {
  const deadline = systemClock.monotonic() + usableWithinMs;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      const leaders = topics.flatMap((topic) => topic.partitions.map((partition) => partition.leader));
      if (leaders.length > 0 && leaders.every((leader) => leader >= 0)) return;
    } catch (error) {
      if (systemClock.monotonic() > deadline) throw error;
    }
    await sleep(usablePollMs);
  }
}

const usableWithinMs = 15_000;
const usablePollMs = 100;
