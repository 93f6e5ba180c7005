/**
 * How shipping and collecting grow: by partitions, agents and collectors, on one broker and one machine. Small amounts,
 * since what is asked for is the shape, and what becomes the limit first.
 *
 *     node test/bench/growth.ts [rows, 600000] [clients, 20000]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, openKafka } from '../../src/delivery/kafka/client.ts';
import { type TopicNames, createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { writeBulk } from '../../src/simulator/bulk.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { shipByAgents } from './agents.ts';
import { circumstances, mib, perSecond, printTable } from './figures.ts';
import { metricSum } from './scrape.ts';
import { type Run, usageOf } from './usage.ts';

const rows = Number(process.argv[2] ?? 600_000);
const clients = Number(process.argv[3] ?? 20_000);
const partitionCounts = [1, 4, 12];
const agentCounts = [1, 4, 20];
const collectorCounts = [1, 2];
const deadlineMs = 300_000;

const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const kafka = await LocalKafka.start({ heap: '1g' });
const admin: Admin = openKafka({ brokers: kafka.brokers, clientId: 'bench' }, silentLogger).admin();

/** The same rows, spread over so many folders, each of one server. */
function writeLogs(agents: number): string[] {
  return Array.from({ length: agents }, (_, index) => {
    const folder = join(directory, `logs-${agents}-${index}`);
    const share = { rows: Math.floor(rows / agents), servers: [`EX${index + 1}`], seed: index + 1 };
    writeBulk({ directory: folder, clients, ...share, startMs: Date.UTC(2026, 9, 1), durationMs: 86_400_000 });
    return folder;
  });
}

/** Of processors: what the machine has, and who had how much of it. */
function busy(run: Run, brokerCpuSeconds: number): string {
  const [own, broker] = [run.cpuSeconds / run.seconds, brokerCpuSeconds / run.seconds];
  return `${own.toFixed(1)} + ${broker.toFixed(1)} of ${availableParallelism()}`;
}

/** From the first event that is counted to the last one: joining the group is not measured. */
async function collect(topics: TopicNames, collectors: number, events: number): Promise<readonly string[]> {
  const kafkaSettings = JSON.stringify({
    brokers: kafka.brokers,
    topics,
    group: `group-${collectors}-${topics.state}`,
  });
  const settings = join(directory, `collector-${collectors}-${topics.state}.yaml`);
  writeFileSync(settings, `kafka: ${kafkaSettings}\n`);
  const processes = Array.from({ length: collectors }, () => StragglerProcess.start('collector', '--config', settings));
  const counted = async (): Promise<number> => {
    const sums = await Promise.all(processes.map((one) => metricSum(one, 'straggler_events_total')));
    return sums.reduce((sum, one) => sum + one, 0);
  };
  const cpu = (): number => processes.reduce((sum, { pid }) => sum + usageOf(pid).cpuSeconds, 0);
  try {
    let first = 0;
    await until('counting begins', async () => (first = await counted()) > 0, deadlineMs);
    const [startedAt, cpuBefore, brokerBefore] = [performance.now(), cpu(), usageOf(kafka.pid).cpuSeconds];
    const isCounted = async (): Promise<boolean> => (await counted()) >= events;
    // Each look costs the collectors a scrape.
    await until('all is counted', isCounted, deadlineMs, 100);
    const run = { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpu() - cpuBefore, peakBytes: 0 };
    const perEvent = `${((run.cpuSeconds / Math.max(1, events - first)) * 1e6).toFixed(1)} us`;
    return [perSecond(events - first, run.seconds), perEvent, busy(run, usageOf(kafka.pid).cpuSeconds - brokerBefore)];
  } finally {
    for (const one of processes) await one[Symbol.asyncDispose]();
  }
}

/** How many events the agents made of the rows: every line of every chunk, by a consumer of its own. */
async function eventsOn(topic: string): Promise<number> {
  const consumer = openKafka({ brokers: kafka.brokers, clientId: 'bench' }, silentLogger).consumer({
    groupId: `count-${topic}`,
    maxWaitTimeInMs: 100,
  });
  const ends = await admin.fetchTopicOffsets(topic);
  const left = new Map(ends.filter(({ high }) => Number(high) > 0).map((end) => [end.partition, Number(end.high)]));
  let events = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) events += linesOf(value);
      if (Number(batch.lastOffset()) + 1 >= (left.get(batch.partition) ?? 0)) left.delete(batch.partition);
      return Promise.resolve();
    },
  });
  await until('the topic is read', () => left.size === 0, deadlineMs);
  await consumer.disconnect();
  return events;
}

function linesOf(value: Buffer | null): number {
  let lines = 0;
  if (value !== null) for (let at = value.indexOf(10); at !== -1; at = value.indexOf(10, at + 1)) lines++;
  return lines;
}

try {
  await admin.connect();
  const logs = new Map(agentCounts.map((agents) => [agents, writeLogs(agents)]));
  const shipped: string[][] = [];
  const collected: string[][] = [];
  for (const partitions of partitionCounts) {
    let topics = topicNames();
    for (const [agents, folders] of logs) {
      topics = topicNames(`p${partitions}a${agents}`);
      await createTopics(admin, { names: topics, partitions, retentionMs: 86_400_000 });
      const brokerBefore = usageOf(kafka.pid).cpuSeconds;
      const own = join(directory, `fleet-${partitions}-${agents}`);
      const run = await shipByAgents({ logs: folders, brokers: kafka.brokers, topics, directory: own, deadlineMs });
      const cost = `${((run.cpuSeconds / rows) * 1e6).toFixed(2)} us`;
      const processors = busy(run, usageOf(kafka.pid).cpuSeconds - brokerBefore);
      console.error(`${partitions} partitions, ${agents} agents: ${run.seconds.toFixed(1)} s`);
      shipped.push([`${partitions}`, `${agents}`, perSecond(rows, run.seconds), cost, processors, mib(run.peakBytes)]);
    }
    const events = await eventsOn(topics.connections);
    for (const collectors of collectorCounts) {
      // State belongs to a group: each run begins with none.
      const names = { ...topicNames(`p${partitions}c${collectors}`), connections: topics.connections };
      const more = { names, partitions, retentionMs: 86_400_000 };
      await createTopics(admin, more);
      console.error(`${partitions} partitions, ${collectors} collectors`);
      collected.push([`${partitions}`, `${collectors}`, ...(await collect(names, collectors, events))]);
    }
  }
  console.log(`${rows} rows, ${clients} clients of each server; ${circumstances()}\n`);
  printTable(['partitions', 'agents', 'rows', 'CPU a row', 'processors: agents + broker', 'memory of one'], shipped);
  console.log('');
  printTable(['partitions', 'collectors', 'events', 'CPU an event', 'processors: collectors + broker'], collected);
} finally {
  await admin.disconnect();
  await kafka[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
}
