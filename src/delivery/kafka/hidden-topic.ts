import { rootCause } from './client.ts';
import type { Kafka } from './client.ts';

/**
 * Whether a topic that is not in the list is one that this account may not see. The list leaves such topics out without
 * a word; asked for by name the broker says it. Nothing is created by that.
 */
export async function topicIsHidden(kafka: Kafka, topic: string): Promise<boolean> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [topic] });
    return false;
  } catch (error) {
    const cause = rootCause(error);
    return cause instanceof Error && 'type' in cause && cause.type === 'TOPIC_AUTHORIZATION_FAILED';
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
