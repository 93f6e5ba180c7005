/** A broker of one's own behind a proxy, for tests that take the network away or kill the broker. */
import { after } from 'node:test';
import type { TestContext } from 'node:test';
import { freePort } from '../../broker/free-port.ts';
import { localKafkaObstacle } from '../../broker/kafka-jars.ts';
import { KafkaProxy } from '../../broker/kafka-proxy.ts';
import { LocalKafka } from '../../broker/local-kafka.ts';
import { missing } from '../../require.ts';

export interface Line {
  readonly kafka: LocalKafka;
  readonly proxy: KafkaProxy;
  readonly brokers: readonly string[];
}

let shared: Promise<Line> | null = null;

/** One broker for a test file, which all clients reach through the proxy. Null = skipped. */
export async function requireLine(t: TestContext): Promise<Line | null> {
  const obstacle = await localKafkaObstacle();
  if (obstacle !== null) {
    missing(t, obstacle);
    return null;
  }
  shared ??= startLine();
  return await shared;
}

async function startLine(): Promise<Line> {
  const front = await freePort();
  const proxy = await KafkaProxy.listen(front);
  const kafka = await LocalKafka.start({ front });
  proxy.forwardTo(kafka.port);
  return { kafka, proxy, brokers: [`127.0.0.1:${front}`] };
}

after(async () => {
  if (shared === null) return;
  const { kafka, proxy } = await shared;
  await proxy[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});
