/** What an agent has to know of the topic before it can cut a chunk for it. */
import type { Kafka } from './client.ts';
import { describeTopic } from './topic-check.ts';

export interface TopicFacts {
  readonly partitions: number;
  /** The topic's `max.message.bytes`. */
  readonly messageBytesMax: number;
}

/** Apache Kafka's own default, for a broker that does not let us read the setting. */
const messageBytesMaxDefault = 1_048_588;

/** Throws what the broker or the network answers. */
export async function readTopicFacts(kafka: Kafka, topic: string): Promise<TopicFacts> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  await admin.connect();
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
    const settings = await describeTopic(admin, topic).then(
      (described) => described.settings,
      () => new Map<string, string>(),
    );
    const limit = Number(settings.get('max.message.bytes'));
    return {
      partitions: metadata.topics[0]?.partitions.length ?? 0,
      messageBytesMax: limit > 0 ? limit : messageBytesMaxDefault,
    };
  } finally {
    await admin.disconnect();
  }
}
