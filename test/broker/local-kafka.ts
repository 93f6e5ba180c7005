/** One Apache Kafka broker (KRaft) on loopback, from jars, in a folder of its own: alone, or a node of a cluster. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { kafkaJars } from './kafka-jars.ts';

export interface LocalKafkaOptions {
  readonly port?: number;
  readonly heap?: string;
  /** Lines appended to server.properties; the last one of a key wins. */
  readonly properties?: readonly string[];
  /** What clients are told to connect to in place of `port`: a proxy listens there. Brokers among themselves do not. */
  readonly front?: number;
  /** Besides the plain one. */
  readonly listeners?: readonly KafkaListener[];
  /** More arguments of the tool that formats the storage. */
  readonly format?: readonly string[];
  /** Node 1 of a cluster of its own where left out. */
  readonly node?: KafkaNode;
}

export interface KafkaListener {
  readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
  readonly port: number;
}

export interface KafkaNode {
  readonly id: number;
  readonly clusterId: string;
  readonly controllerPort: number;
  /** `host:port` of every controller. */
  readonly controllers: readonly string[];
}

const startDeadlineMs = 180_000;

interface Places {
  readonly port: number;
  /** Of brokers among themselves; null = the same. */
  readonly internal: number | null;
}

function properties(
  directory: string,
  { port, internal }: Places,
  node: KafkaNode,
  { listeners = [], properties: more = [], front = port }: LocalKafkaOptions,
): string {
  const all = [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port, front },
    ...(internal === null ? [] : [{ name: 'INTERNAL', protocol: 'PLAINTEXT', port: internal }]),
    { name: 'CONTROLLER', protocol: 'PLAINTEXT', port: node.controllerPort },
    ...listeners.map((listener) => ({ name: listener.protocol, ...listener })),
  ];
  const places = (of: (listener: (typeof all)[number]) => number): string =>
    all.map((listener) => `${listener.name}://127.0.0.1:${of(listener)}`).join(',');
  return [
    'process.roles=broker,controller',
    `node.id=${node.id}`,
    `controller.quorum.bootstrap.servers=${node.controllers.join(',')}`,
    `listeners=${places((listener) => listener.port)}`,
    `advertised.listeners=${places((listener) => ('front' in listener ? listener.front : listener.port))}`,
    ...(internal === null ? [] : ['inter.broker.listener.name=INTERNAL']),
    'controller.listener.names=CONTROLLER',
    `listener.security.protocol.map=${all.map(({ name, protocol }) => `${name}:${protocol}`).join(',')}`,
    `log.dirs=${join(directory, 'data')}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'log.cleaner.backoff.ms=500',
    'log.cleaner.min.cleanable.ratio=0.05',
    ...more,
    '',
  ].join('\n');
}

async function singleNode(): Promise<KafkaNode> {
  const controllerPort = await freePort();
  return { id: 1, clusterId: randomUUID(), controllerPort, controllers: [`127.0.0.1:${controllerPort}`] };
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export class LocalKafka implements AsyncDisposable {
  readonly port: number;
  readonly directory: string;
  readonly #jars: string;
  readonly #heap: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, directory: string, jars: string, heap: string) {
    this.port = port;
    this.directory = directory;
    this.#jars = jars;
    this.#heap = heap;
  }

  static async start(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
    const jars = await kafkaJars();
    const directory = await mkdtemp(join(tmpdir(), 'straggler-kafka-'));
    const port = options.port ?? (await freePort());
    const internal = options.front === undefined ? null : await freePort();
    const kafka = new LocalKafka(port, directory, jars, options.heap ?? '512m');
    const settings = join(directory, 'server.properties');
    const node = options.node ?? (await singleNode());
    await writeFile(settings, properties(directory, { port, internal }, node, options));
    const format = spawnSync('java', [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${jars}/*`,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      node.clusterId,
      '-c',
      settings,
      ...(options.node === undefined ? ['--standalone'] : []),
      ...(options.format ?? []),
    ]);
    if (format.status !== 0) throw new Error(`formatting the broker's storage failed: ${format.stderr.toString()}`);
    await kafka.restart();
    return kafka;
  }

  get brokers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the broker is not running');
    return pid;
  }

  /** Starts the broker on its own data and waits until it serves. After a kill this takes about 12 s: the old quorum lease. */
  async restart(): Promise<void> {
    const log = createWriteStream(join(this.directory, 'broker.log'), { flags: 'a' });
    const child = spawn(
      'java',
      [
        `-Xmx${this.#heap}`,
        '-XX:+UseSerialGC',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
        '-cp',
        `${this.#jars}/*`,
        'kafka.Kafka',
        join(this.directory, 'server.properties'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    let started = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        if (data.includes('Kafka Server started')) started = true;
        log.write(data);
      });
    }
    child.once('exit', () => log.end());
    const deadline = Date.now() + startDeadlineMs;
    while (!(started && (await accepts(this.port)))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(
          `the broker did not start: ${(await readFile(join(this.directory, 'broker.log'), 'utf8')).slice(-2000)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the broker at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends the broker as its operator would: it hands its leaders over first. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** It holds its connections and answers nothing. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** It goes on as if nothing had been, until it learns what has. */
  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
    this.#process = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
    await rm(this.directory, { recursive: true, force: true });
  }
}
