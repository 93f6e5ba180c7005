/** Serves a Kafka delivery to `DeliveryProcess`: arguments are the brokers, the topics' prefix, the state folder. */
import { openKafkaDelivery } from '../../src/delivery/kafka/open-agent-delivery.ts';
import { topicNames } from '../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { serveDelivery } from './serve-delivery.ts';

const [brokers = '', prefix = '', stateDirectory = ''] = process.argv.slice(2);

await serveDelivery(async () => {
  const side = await openKafkaDelivery({
    connection: { brokers: brokers.split(','), clientId: 'straggler-contract' },
    topics: topicNames(prefix),
    stateDirectory,
    programVersion: '0.0.0',
    agentName: 'agent',
    logger: silentLogger,
  });
  return {
    delivery: side.delivery,
    counted: () => {
      throw new Error('what has arrived is read from the topic');
    },
  };
});
