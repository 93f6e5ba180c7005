/**
 * From a row's append to its count in `/metrics`, at a steady rate: `run`, and agent and collector with Kafka between;
 * with the file system waking the agent, and with looking only.
 *
 *     node test/bench/latency.ts [rows a second, 5000] [seconds, 60]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafka } from '../../src/delivery/kafka/client.ts';
import { createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, median, percentile, printTable } from './figures.ts';
import { LiveLog, rowTrafficBytes } from './live-log.ts';
import { metricSum } from './scrape.ts';

const rowsPerSecond = Number(process.argv[2] ?? 5000);
const seconds = Number(process.argv[3] ?? 60);
const clients = 5000;
const appendEveryMs = 100;
const deadlineMs = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));

/** Appends and watches at once; how long each append took to be counted, ms. */
async function watch(log: LiveLog, shows: StragglerProcess): Promise<number[]> {
  const waiting: { readonly rows: number; readonly at: number }[] = [];
  const took: number[] = [];
  const end = performance.now() + seconds * 1000;
  let next = performance.now();
  while (performance.now() < end || waiting.length > 0) {
    if (performance.now() > end + deadlineMs) throw new Error(`${waiting.length} appends were never counted`);
    if (performance.now() >= next && performance.now() < end) {
      log.append((rowsPerSecond * appendEveryMs) / 1000, clients);
      waiting.push({ rows: log.rows, at: performance.now() });
      next += appendEveryMs;
    }
    // No metric counts rows; their traffic tells how many there were.
    const counted = (await metricSum(shows, 'straggler_session_bytes_total')) / rowTrafficBytes;
    const now = performance.now();
    while (waiting[0] !== undefined && waiting[0].rows <= counted) took.push(now - (waiting.shift()?.at ?? now));
    await sleep(20);
  }
  return took;
}

async function run(watches: boolean): Promise<number[]> {
  const folder = join(directory, `run-${watches}`);
  const log = new LiveLog(folder);
  const configuration = join(directory, `run-${watches}.yaml`);
  writeFileSync(configuration, JSON.stringify({ agent: { logs: [{ path: folder, watch: watches }] } }));
  await using program = StragglerProcess.start(
    'run',
    '--config',
    configuration,
    '--state',
    join(directory, `state-${watches}`),
  );
  await program.ready();
  return await watch(log, program);
}

async function kafka(watches: boolean): Promise<number[]> {
  await using broker = await LocalKafka.start();
  const admin = openKafka({ brokers: broker.brokers, clientId: 'bench' }, silentLogger).admin();
  await admin.connect();
  await createTopics(admin, { names: topicNames(), partitions: 12, retentionMs: 86_400_000 });
  await admin.disconnect();
  const folder = join(directory, `kafka-${watches}`);
  const log = new LiveLog(folder);
  const configuration = join(directory, `kafka-${watches}.yaml`);
  writeFileSync(
    configuration,
    JSON.stringify({ agent: { logs: [{ path: folder, watch: watches }] }, kafka: { brokers: broker.brokers } }),
  );
  await using agent = StragglerProcess.start(
    'agent',
    '--config',
    configuration,
    '--state',
    join(directory, `agent-${watches}`),
  );
  await using collector = StragglerProcess.start('collector', '--config', configuration);
  await Promise.all([agent.ready(), collector.ready()]);
  return await watch(log, collector);
}

try {
  console.log(`${rowsPerSecond} rows a second for ${seconds} s; ${circumstances()}\n`);
  const rows: string[][] = [];
  for (const [what, measured] of Object.entries({ run, kafka })) {
    for (const watches of [true, false]) {
      const took = await measured(watches);
      const figures = [median(took), percentile(took, 0.99), Math.max(...took)];
      rows.push([what, watches ? 'on' : 'off', ...figures.map((ms) => `${(ms / 1000).toFixed(2)} s`)]);
    }
  }
  printTable(['append to /metrics', 'watching', 'median', '99 %', 'longest'], rows);
} finally {
  rmSync(directory, { recursive: true });
}
