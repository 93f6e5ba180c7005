/**
 * Log files to Kafka, until the broker has acknowledged all of them: the agent (parsed, grouped into connections)
 * beside rsyslog (raw lines), one broker, one after the other.
 *
 *     node test/bench/ship.ts [rows, 3000000] [rounds, 3] [partitions, 12]
 *
 * `growth.ts` has several agents.
 */
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, openKafka } from '../../src/delivery/kafka/client.ts';
import { createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { writeBulk } from '../../src/simulator/bulk.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { circumstances, median, mib, perSecond, printTable } from './figures.ts';
import { startRsyslog } from './rsyslog.ts';
import { type Run, usageOf } from './usage.ts';

const rows = Number(process.argv[2] ?? 3_000_000);
const rounds = Number(process.argv[3] ?? 3);
const partitions = Number(process.argv[4] ?? 12);
const deadlineMs = 600_000;

interface Shipped extends Run {
  readonly brokerCpuSeconds: number;
}

const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');
const kafka = await LocalKafka.start({ heap: '1g' });
const admin: Admin = openKafka({ brokers: kafka.brokers, clientId: 'bench' }, silentLogger).admin();

/** 0 as long as the topic, just made, has no leader. */
async function endOf(topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic).catch(() => []);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** What it cost from its start until `done`; `process` is ended by the caller. */
async function measured(pid: number, done: () => Promise<boolean>): Promise<Shipped> {
  const startedAt = performance.now();
  const brokerBefore = usageOf(kafka.pid).cpuSeconds;
  await until('everything is acknowledged', done, deadlineMs);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, ...usageOf(pid), brokerCpuSeconds: usageOf(kafka.pid).cpuSeconds - brokerBefore };
}

async function straggler(round: number): Promise<Shipped> {
  const names = topicNames(`round${round}`);
  await createTopics(admin, { names, partitions, retentionMs: 86_400_000 });
  const configuration = join(directory, `agent-${round}.yaml`);
  writeFileSync(configuration, `kafka: ${JSON.stringify({ brokers: kafka.brokers, topics: names })}\n`);
  const state = join(directory, `state-${round}`);
  await using agent = StragglerProcess.start(
    'agent',
    logs,
    '--config',
    configuration,
    '--state',
    state,
    '--read-back',
    'all',
  );
  return await measured(agent.pid, async () => (await agent.get('/readyz')).ok);
}

async function rsyslog(round: number, lines: number): Promise<Shipped> {
  const topic = `raw${round}`;
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  const own = join(directory, `rsyslog-${round}`);
  mkdirSync(own);
  const child = await startRsyslog({ logs, broker: kafka.brokers[0] ?? '', topic, directory: own });
  try {
    return await measured(child.pid ?? 0, async () => (await endOf(topic)) >= lines);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

try {
  await admin.connect();
  const servers = ['EX01', 'EX02'];
  writeBulk({
    directory: logs,
    seed: 1,
    rows,
    clients: 50_000,
    servers,
    startMs: Date.UTC(2026, 9, 1),
    durationMs: 86_400_000,
  });
  const files = globSync(join(logs, '*/*/*.LOG')).map((file) => readFileSync(file));
  const bytes = files.reduce((sum, file) => sum + file.length, 0);
  let lines = 0;
  for (const file of files) for (let at = file.indexOf(10); at !== -1; at = file.indexOf(10, at + 1)) lines++;
  console.log(
    `${rows} rows, ${mib(bytes)} in ${files.length} files, ${partitions} partitions, acks=all; ${circumstances()}\n`,
  );
  const runs: Record<string, Shipped[]> = { straggler: [], rsyslog: [] };
  for (let round = 0; round < rounds; round++) {
    runs['straggler']?.push(await straggler(round));
    runs['rsyslog']?.push(await rsyslog(round, lines));
  }
  const of = (name: string, figure: keyof Shipped): number => median((runs[name] ?? []).map((run) => run[figure]));
  printTable(
    ['median', 'rows', 'CPU-s per GB', 'of the broker', 'peak memory'],
    Object.keys(runs).map((name) => [
      name,
      perSecond(rows, of(name, 'seconds')),
      (of(name, 'cpuSeconds') / (bytes / 1e9)).toFixed(1),
      (of(name, 'brokerCpuSeconds') / (bytes / 1e9)).toFixed(1),
      mib(of(name, 'peakBytes')),
    ]),
  );
  const ratio = (figure: keyof Shipped): string =>
    median(
      (runs['rsyslog'] ?? []).map((run, round) => run[figure] / (runs['straggler']?.[round]?.[figure] ?? NaN)),
    ).toFixed(2);
  console.log(`\nstraggler is ${ratio('seconds')} times as fast, and takes 1/${ratio('cpuSeconds')} of the CPU time.`);
} finally {
  await admin.disconnect();
  await kafka[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
}
