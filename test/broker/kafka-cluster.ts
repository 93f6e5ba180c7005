/** Three Apache Kafka nodes (KRaft, each broker and controller) on loopback, whose leaders move back within seconds. */
import { randomUUID } from 'node:crypto';
import { freePort } from './free-port.ts';
import { KafkaProxy } from './kafka-proxy.ts';
import { type KafkaNode, LocalKafka } from './local-kafka.ts';

const nodes = 3;
const heap = '320m';

const properties: readonly string[] = [
  'default.replication.factor=3',
  // What is acknowledged is on two nodes: one may die at any moment.
  'min.insync.replicas=2',
  'offsets.topic.replication.factor=3',
  'transaction.state.log.replication.factor=3',
  'transaction.state.log.min.isr=2',
  'share.coordinator.state.topic.replication.factor=3',
  'share.coordinator.state.topic.min.isr=2',
  // A frozen node is noticed quickly, and a leader moves back as soon as its node has come back.
  'broker.session.timeout.ms=4000',
  'broker.heartbeat.interval.ms=1000',
  'leader.imbalance.check.interval.seconds=3',
  'leader.imbalance.per.broker.percentage=0',
  'replica.lag.time.max.ms=5000',
];

/** Every node by its name; the same for all of them, so that together they are the first quorum. */
function initialControllers(controllers: readonly string[]): string {
  return controllers.map((place, index) => `${index + 1}@${place}:${directoryId(index + 1)}`).join(',');
}

/** 16 bytes in base64 for URLs, as Kafka writes its identifiers. */
function directoryId(node: number): string {
  return Buffer.alloc(16, node).toString('base64url');
}

export class KafkaCluster implements AsyncDisposable {
  readonly nodes: readonly LocalKafka[];
  /** Between clients and each node. Brokers reach each other without it. */
  readonly proxies: readonly KafkaProxy[];

  private constructor(started: readonly LocalKafka[], proxies: readonly KafkaProxy[]) {
    this.nodes = started;
    this.proxies = proxies;
  }

  static async start(): Promise<KafkaCluster> {
    const clusterId = randomUUID();
    const ports = await Promise.all(Array.from({ length: nodes }, () => freePort()));
    const controllers = ports.map((port) => `127.0.0.1:${port}`);
    const fronts = await Promise.all(Array.from({ length: nodes }, () => freePort()));
    const proxies = await Promise.all(fronts.map((front) => KafkaProxy.listen(front)));
    const format = ['--initial-controllers', initialControllers(controllers)];
    const starting = ports.map(async (controllerPort, index) => {
      const node: KafkaNode = { id: index + 1, clusterId, controllerPort, controllers };
      return await LocalKafka.start({ heap, node, format, properties, front: fronts[index] ?? 0 });
    });
    const settled = await Promise.allSettled(starting);
    const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const cluster = new KafkaCluster(started, proxies);
    for (const [index, node] of started.entries()) proxies[index]?.forwardTo(node.port);
    if (started.length === nodes) return cluster;
    await cluster[Symbol.asyncDispose]();
    throw settled.find((result) => result.status === 'rejected')?.reason;
  }

  get brokers(): string[] {
    return this.proxies.map((proxy) => `127.0.0.1:${proxy.port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.proxies, ...this.nodes].map((one) => one[Symbol.asyncDispose]()));
  }
}
