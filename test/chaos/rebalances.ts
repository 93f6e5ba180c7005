/** Somebody joins the group of collectors and leaves it again, about as often as collectors flush. */
import { openKafka } from '../../src/delivery/kafka/client.ts';
import { topicNames } from '../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { within } from '../../src/runtime/within.ts';

const joinMs = 10_000;

/** What it is given it does not read, nor say that it has. Answers whether it was let in: a broker may be away. */
export async function rebalance(brokers: readonly string[], group: string): Promise<boolean> {
  const gone = new AbortController();
  const kafka = openKafka({ brokers, clientId: 'passer-by', retries: 2, signal: gone.signal }, silentLogger);
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6000, rebalanceTimeout: 10_000 });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: topicNames('straggler').connections });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
    return await within(joinMs, joined);
  } catch {
    return false;
  } finally {
    await within(joinMs, consumer.disconnect());
    // kafkajs forgets a stop that comes during a first join: it would stay, with partitions that it does not read.
    gone.abort();
  }
}
