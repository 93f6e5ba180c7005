/** What must hold of the topics before anything is counted. */
import { UserError } from '../../../runtime/errors.ts';
import type { Kafka } from '../client.ts';
import { topicIsHidden } from '../hidden-topic.ts';
import type { TopicNames } from '../topics.ts';

/** Rights can be given while we wait. */
class HiddenTopic extends Error {
  readonly type = 'TOPIC_AUTHORIZATION_FAILED';
  readonly topic: string;

  constructor(topic: string) {
    super(`the broker does not allow this account to see the topic ${topic}`);
    this.name = 'HiddenTopic';
    this.topic = topic;
  }
}

/**
 * The number of partitions that connections and state share.
 * @throws {UserError} when a topic is missing or the numbers differ; other errors when no broker answers.
 */
export async function topicPartitions(kafka: Kafka, topics: TopicNames): Promise<number> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    // Asking for the metadata of a topic may create it; asking for the list does not.
    const there = new Set(await admin.listTopics());
    for (const name of [topics.connections, topics.state, topics.agents]) {
      if (there.has(name)) continue;
      if (await topicIsHidden(kafka, name)) throw new HiddenTopic(name);
      throw new UserError(`the topic ${name} does not exist`, { remedy: 'Run `straggler check --create-topics`.' });
    }
    const metadata = await admin.fetchTopicMetadata({ topics: [topics.connections, topics.state] });
    const counts = new Map(metadata.topics.map((topic) => [topic.name, topic.partitions.length]));
    const [connections, state] = [counts.get(topics.connections) ?? 0, counts.get(topics.state) ?? 0];
    if (connections === state) return state;
    throw new UserError(
      `${topics.connections} has ${connections} partitions and ${topics.state} has ${state}: they must be the same`,
      { remedy: 'Make both topics anew: the number of partitions decides where a client lives and cannot be changed.' },
    );
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
