/**
 * A real broker for tests, from the first provider that can give one: `STRAGGLER_TEST_BROKERS`, a Docker engine
 * through testcontainers, a local Apache Kafka from jars on Java 17. `npm test` starts one for all its files and hands
 * it on through STRAGGLER_TEST_BROKERS.
 */
import { localKafkaObstacle } from './kafka-jars.ts';
import { LocalKafka } from './local-kafka.ts';

export interface TestBroker extends AsyncDisposable {
  readonly brokers: string[];
  readonly provider: 'STRAGGLER_TEST_BROKERS' | 'docker' | 'local';
}

/** A broker, or in words why none can be had. */
export async function testBroker(): Promise<TestBroker | string> {
  const given = process.env['STRAGGLER_TEST_BROKERS'];
  if (given !== undefined && given !== '') {
    return { brokers: given.split(','), provider: 'STRAGGLER_TEST_BROKERS', [Symbol.asyncDispose]: async () => {} };
  }
  // Loaded only here: the package takes a second to load, and most runs are handed a broker.
  const { dockerAnswers, startDockerKafka } = await import('./docker-kafka.ts');
  if (await dockerAnswers()) {
    try {
      const kafka = await startDockerKafka();
      return { brokers: kafka.brokers, provider: 'docker', [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose]() };
    } catch (error) {
      console.error(`# a Docker engine answers but gives no broker: ${String(error)}`);
    }
  }
  const obstacle = await localKafkaObstacle();
  if (obstacle !== null) {
    return `no broker: STRAGGLER_TEST_BROKERS is not set, no Docker engine gives one, and ${obstacle}`;
  }
  const kafka = await LocalKafka.start();
  return { brokers: kafka.brokers, provider: 'local', [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose]() };
}
