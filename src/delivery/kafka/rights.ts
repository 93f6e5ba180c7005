/**
 * What the broker lets this account do, found out by asking for it in a way that changes nothing: brokers look at the
 * rights first, so a request that cannot be carried out (a partition that is none, a member that nobody knows) is
 * refused for want of a right, or for what it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AskedBroker, type OpenCluster, openCluster, rootCause, topicResource } from './client.ts';
import type { Kafka } from './client.ts';

export type Operation = 'Read' | 'Write' | 'Describe' | 'DescribeConfigs' | 'Create';

export interface AccessRule {
  readonly kind: 'topic' | 'group' | 'transactional-id';
  readonly name: string;
  /** Whether the name is only the beginning. */
  readonly prefixed?: boolean;
  readonly operations: readonly Operation[];
}

export interface MissingRight {
  readonly rule: AccessRule;
  readonly operation: Operation;
}

/** No topic has so many. */
const partitionThatIsNone = 999_999;
const coordinatorAttempts = 10;
const coordinatorRetryMs = 300;
/** Behind the beginning of a name: what no program uses. */
const ownEnding = 'rights-check';

const group = 0;
const transaction = 1;

/** Those of the rules that the broker refuses. Topics must be there; `Create` is not asked for. */
export async function missingRights(kafka: Kafka, rules: readonly AccessRule[]): Promise<MissingRight[]> {
  const cluster = openCluster(kafka);
  const missing: MissingRight[] = [];
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    for (const rule of rules) {
      for (const operation of rule.operations) {
        if (operation === 'Create') continue;
        if (await isRefused(() => ask(kafka, cluster, rule, operation))) missing.push({ rule, operation });
      }
    }
  } finally {
    await cluster.disconnect();
  }
  return missing;
}

async function ask(kafka: Kafka, cluster: OpenCluster, rule: AccessRule, operation: Operation): Promise<unknown> {
  const name = rule.prefixed === true ? `${rule.name}${ownEnding}` : rule.name;
  if (rule.kind === 'group') {
    const broker = await coordinatorOf(cluster, name, group);
    return await broker.heartbeat({ groupId: name, groupGenerationId: -1, memberId: ownEnding });
  }
  if (rule.kind === 'transactional-id') {
    const broker = await coordinatorOf(cluster, name, transaction);
    // Of a name that nobody has: nobody is fenced.
    return await broker.initProducerId({ transactionalId: name, transactionTimeout: 1000 });
  }
  return await askOfTopic(kafka, await cluster.findControllerBroker(), name, operation);
}

async function askOfTopic(kafka: Kafka, broker: AskedBroker, topic: string, operation: Operation): Promise<unknown> {
  const partition = partitionThatIsNone;
  switch (operation) {
    case 'Write': {
      const partitions = [{ partition, firstSequence: 0, messages: [{ key: null, value: '' }] }];
      return await broker.produce({ topicData: [{ topic, partitions }], acks: -1, timeout: 1000 });
    }
    case 'Read': {
      const partitions = [{ partition, fetchOffset: '0', maxBytes: 1 }];
      return await broker.fetch({ topics: [{ topic, partitions }], maxWaitTime: 1, minBytes: 0 });
    }
    default: {
      const admin = kafka.admin({ retry: { retries: 0 } });
      await admin.connect();
      try {
        const resources = [{ type: topicResource, name: topic }];
        return operation === 'DescribeConfigs'
          ? await admin.describeConfigs({ includeSynonyms: false, resources })
          : await admin.fetchTopicMetadata({ topics: [topic] });
      } finally {
        await admin.disconnect();
      }
    }
  }
}

/** On a new cluster there is none for a moment, until its own topics are made. */
async function coordinatorOf(cluster: OpenCluster, name: string, type: number): Promise<AskedBroker> {
  for (let attempt = 1; ; attempt++) {
    try {
      const broker = await cluster.findControllerBroker();
      const { coordinator } = await broker.findGroupCoordinator({ groupId: name, coordinatorType: type });
      return await cluster.findBroker({ nodeId: coordinator.nodeId });
    } catch (error) {
      if (typeOf(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE' || attempt === coordinatorAttempts) throw error;
      await sleep(coordinatorRetryMs);
    }
  }
}

/** True for want of a right; any other answer of the broker means that the right is there. Throws where none comes. */
async function isRefused(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return false;
  } catch (error) {
    const type = typeOf(error);
    if (type === '') throw error;
    return type.endsWith('_AUTHORIZATION_FAILED');
  }
}

function typeOf(error: unknown): string {
  const cause = rootCause(error);
  return cause instanceof Error && 'type' in cause && typeof cause.type === 'string' ? cause.type : '';
}
