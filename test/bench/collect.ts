/**
 * A collector that works off a topic: events counted and their state written in Kafka transactions.
 *
 *     node test/bench/collect.ts [events, 1000000] [clients, 50000] [partitions, 12] [collectors, 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafka } from '../../src/delivery/kafka/client.ts';
import { openKafkaDelivery } from '../../src/delivery/kafka/open-agent-delivery.ts';
import { createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { LogLane } from '../contract/log-lane.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { eventOf } from './events.ts';
import { circumstances, mib, perSecond, printTable } from './figures.ts';
import { metricSum } from './scrape.ts';
import { usageOf } from './usage.ts';

const events = Number(process.argv[2] ?? 1_000_000);
const clients = Number(process.argv[3] ?? 50_000);
const partitions = Number(process.argv[4] ?? 12);
const collectors = Number(process.argv[5] ?? 1);
const deadlineMs = 600_000;
/** As many as a slice of 1000 bytes has room for, each at an offset of its own. */
const sliceEvents = 1000;

const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const kafka = await LocalKafka.start({ heap: '1g' });

/** Puts the events on the topic, as one agent with a lane for each server. */
async function publish(): Promise<void> {
  const startMs = Date.now() - events;
  await using side = await openKafkaDelivery({
    connection: { brokers: kafka.brokers, clientId: 'bench' },
    topics: topicNames(),
    stateDirectory: directory,
    programVersion: '0.0.0',
    agentName: 'bench',
    logger: silentLogger,
  });
  const lane = new LogLane('ex01');
  const waiting: Promise<void>[] = [];
  for (let number = 0; number * sliceEvents < events; number++) {
    const { slice } = lane.slice(number, { events: 0, readingBack: true });
    const handed = Array.from({ length: sliceEvents }, (_, index) =>
      eventOf(number * sliceEvents + index, clients, startMs),
    );
    waiting.push(side.delivery.deliver(slice, handed));
    if (waiting.length >= 16) await waiting.shift();
  }
  await Promise.all(waiting);
  await side.delivery.drain(deadlineMs);
}

async function counted(processes: readonly StragglerProcess[]): Promise<number> {
  const sums = await Promise.all(processes.map((one) => metricSum(one, 'straggler_events_total')));
  return sums.reduce((sum, one) => sum + one, 0);
}

try {
  const admin = openKafka({ brokers: kafka.brokers, clientId: 'bench' }, silentLogger).admin();
  await admin.connect();
  await createTopics(admin, { names: topicNames(), partitions, retentionMs: 86_400_000 });
  await admin.disconnect();
  await publish();
  const processes = Array.from({ length: collectors }, () =>
    StragglerProcess.start('collector', '--brokers', kafka.brokers.join(',')),
  );
  try {
    let first = 0;
    await until('counting begins', async () => (first = await counted(processes)) > 0, deadlineMs);
    const cpu = (): number => processes.reduce((sum, { pid }) => sum + usageOf(pid).cpuSeconds, 0);
    const [startedAt, cpuBefore, brokerBefore] = [performance.now(), cpu(), usageOf(kafka.pid).cpuSeconds];
    const isCounted = async (): Promise<boolean> => (await counted(processes)) >= events;
    // Each look costs the collector a scrape.
    await until('all is counted', isCounted, deadlineMs, 200);
    const seconds = (performance.now() - startedAt) / 1000;
    const rest = events - first;
    console.log(
      `${events} events, ${clients} clients, ${partitions} partitions, ${collectors} collectors; ${circumstances()}\n`,
    );
    printTable(
      ['events', 'CPU an event', 'CPU of the broker', 'peak memory of one'],
      [
        [
          perSecond(rest, seconds),
          `${(((cpu() - cpuBefore) / rest) * 1e6).toFixed(1)} us`,
          `${(((usageOf(kafka.pid).cpuSeconds - brokerBefore) / rest) * 1e6).toFixed(1)} us`,
          mib(Math.max(...processes.map(({ pid }) => usageOf(pid).peakBytes))),
        ],
      ],
    );
  } finally {
    for (const one of processes) await one.signal('SIGTERM');
  }
} finally {
  await kafka[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
}
