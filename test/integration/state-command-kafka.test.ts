/** `straggler state …` on what agents and collectors keep: the topic is only read, and a rewound lane counts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runAll } from '../../src/cli/run-all.ts';
import { settingsFrom } from '../../src/cli/settings-from.ts';
import type { FolderView } from '../../src/cli/state/folder-view.ts';
import type { TopicView } from '../../src/cli/state/topic-view.ts';
import { encodeState, type StateRecord } from '../../src/delivery/kafka/collect/state-record.ts';
import type { TopicNames } from '../../src/delivery/kafka/topics.ts';
import { emptySighting } from '../../src/sighting/sighting.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { freePort } from '../broker/free-port.ts';
import { stateCommand } from '../processes/state-command.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { requireBroker } from '../require.ts';
import { session, writeLog } from '../unit/report/logs.ts';
import { FakeAgent } from './kafka-collect/fake-agent.ts';
import { TestTopics } from './kafka-collect/topics.ts';

const group = 'state-command';
const partitions = 3;
/** Others may need the processors, too. */
const deadlineMs = 90_000;

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-state-kafka-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function configFile(folder: string, brokers: readonly string[], names: TopicNames): string {
  const path = join(folder, 'straggler.yaml');
  writeFileSync(path, JSON.stringify({ kafka: { brokers, group, topics: names } }));
  return path;
}

async function shown(config: string): Promise<TopicView> {
  const { code, out, errors } = await stateCommand('show', { config, kafka: true, format: 'json' });
  assert.deepEqual([code, errors], [0, '']);
  return JSON.parse(out) as TopicView;
}

async function exported(options: Readonly<Record<string, unknown>>): Promise<string> {
  const { code, out, errors } = await stateCommand('export', { format: 'csv', ...options });
  assert.deepEqual([code, errors], [0, '']);
  return out;
}

/** What `run` exports of the same logs. */
async function exportOfRun(logs: string, state: string): Promise<string> {
  const stop = new AbortController();
  const { settings } = settingsFrom({ listen: '127.0.0.1:0', readBack: 'all' }, [logs]);
  const onServing = (url: string): void => {
    void until('all is read', async () => (await fetch(`${url}/readyz`)).ok).finally(() => stop.abort());
  };
  await runAll({ settings, stateDirectory: state, logger: silentLogger, signal: stop.signal, onServing });
  return await exported({ state });
}

function rowsOf(csv: string): number {
  const lines = csv.trimEnd().split('\r\n').slice(1);
  return lines.reduce((sum, line) => sum + Number(line.split(',')[8]), 0);
}

test('topic and folder are shown beside agent and collector; a rewound lane counts again, and is no loss', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  await using topics = await TestTopics.create(broker.brokers, partitions);
  const folder = scratch(t);
  const config = configFile(folder, broker.brokers, topics.names);
  const [logs, state] = [join(folder, 'logs'), join(folder, 'agent')];
  const clients = Array.from({ length: 12 }, (_, index) => session({ address: `10.1.2.${index}` }));
  writeLog(logs, 'EX01/Pop3/POP32026112010-1.LOG', ...clients);
  writeLog(logs, 'EX01/Pop3/POP32026112011-1.LOG', session({ at: '2026-11-20T11:00:00.000Z' }));
  const startAgent = (): StragglerProcess =>
    StragglerProcess.start('agent', logs, '--config', config, '--state', state, '--read-back', 'all', '--name', 'mx');
  const agent = startAgent();
  t.after(() => agent.signal('SIGKILL'));
  await using collector = StragglerProcess.start('collector', '--config', config);
  await collector.ready();
  const served = async (): Promise<string> => await (await collector.get('/api/v1/export.csv')).text();
  await until('all is counted', async () => rowsOf(await served()) === 39, deadlineMs);
  const once = await served();
  assert.equal(await exported({ config, kafka: true }), once);
  assert.equal(await exportOfRun(logs, join(folder, 'run')), once);

  let view = await shown(config);
  await until(
    'the agent has reported',
    async () => {
      view = await shown(config);
      return view.lanes[0]?.agent === 'mx' && view.partitions.every(({ behind }) => behind === 0);
    },
    deadlineMs,
  );
  assert.deepEqual([view.kind, view.collectors, view.inUse, view.group], ['collectors', 1, true, group]);
  assert.deepEqual([view.counted.clients, view.counted.rows, view.losses], [12, 39, []]);
  assert.deepEqual(
    view.lanes.map(({ agent: name, server, protocol, runs, slice }) => [name, server, protocol, runs, slice]),
    [['mx', 'EX01', 'pop3', 1, 2]],
  );
  const takeovers = view.partitions.map(({ takenOverBy, takenOverAt }) => [takenOverBy, takenOverAt]);
  assert.ok(takeovers.every(([by]) => by !== null));
  const verified = await stateCommand('verify', { config, kafka: true });
  assert.deepEqual([verified.code, verified.errors], [0, '']);
  assert.match(verified.out, /^ok {7}\d+ records of .* fit together\n$/);
  assert.deepEqual(
    (await shown(config)).partitions.map(({ takenOverBy, takenOverAt }) => [takenOverBy, takenOverAt]),
    takeovers,
    'nobody was fenced',
  );
  const ownFolder = JSON.parse((await stateCommand('show', { state, format: 'json' })).out) as FolderView;
  assert.deepEqual([ownFolder.kind, ownFolder.inUse, ownFolder.counted], ['agent', true, null]);
  assert.deepEqual([ownFolder.lanes[0]?.outbox?.slice, ownFolder.outbox?.partitions], [2, partitions]);
  assert.equal(ownFolder.lanes[0]?.id, view.lanes[0]?.id);
  assert.match(
    (await stateCommand('export', { state })).errors,
    /is that of an agent, which counts nothing\.\n {2}Export/,
  );

  await agent.signal('SIGTERM');
  const dropped = await stateCommand('rewind', { state, since: 'all', counts: 'drop' });
  assert.match(dropped.errors, /^straggler: --counts drop: an agent holds no counts/);
  const silent = await stateCommand('rewind', { state, since: 'all' });
  assert.match(silent.errors, /\n {2}Give --counts keep if they may count again in totals\.\n$/);
  const rewound = await stateCommand('rewind', { state, since: '2026-11-20T10:30Z', counts: 'keep' });
  assert.deepEqual([rewound.code, rewound.errors], [0, '']);
  await using again = startAgent();
  await again.ready();
  await until('the row of eleven o’clock is counted again', async () => rowsOf(await served()) === 42, deadlineMs);
  const after = await shown(config);
  assert.deepEqual(after.losses, [], 'neither a gap nor a second history');
  assert.equal(after.counted.clients, 12);
  assert.equal(after.lanes.length, 2, 'the lane that is read again is a new one');
  assert.equal((await stateCommand('verify', { state })).code, 0);
  const own = JSON.parse((await stateCommand('show', { state, format: 'json' })).out) as FolderView;
  assert.deepEqual([own.agent, own.lanes.length, own.lanes[0]?.outbox?.lane], [own.id, 1, own.lanes[0]?.id]);
  assert.equal(again.log.filter((line) => /rolled back|copied/.test(line)).length, 0, again.log.join('\n'));
});

test('what no collector can have written is a problem by its place, and a refusal for those who only look', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  await using topics = await TestTopics.create(broker.brokers, partitions);
  const config = configFile(scratch(t), broker.brokers, topics.names);
  const producer = topics.kafka.producer();
  await producer.connect();
  t.after(() => producer.disconnect());
  const write = async (partition: number, key: string, value: string | null): Promise<void> => {
    await producer.send({ topic: topics.names.state, acks: -1, messages: [{ partition, key, value }] });
  };
  const put = async (partition: number, record: StateRecord): Promise<void> => {
    const { key, value } = encodeState(record);
    await write(partition, key, value);
  };
  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 1 });
  await put(0, { kind: 'position', group, position: { offset: 7, fingerprint: 'x' } });
  const mark = { lane: agent.lane, run: agent.run, runFirst: 1, slice: 3, offset: 5, record: 9, at: 1 };
  await put(1, { kind: 'mark', mark });
  const sighting = { ...emptySighting('pop3', 'EX01', '10.1.2.3', 'bounded'), firstSeen: 1, lastSeen: 2 };
  for (const partition of [0, 1, 2]) await put(partition, { kind: 'sighting', sighting, firstSeenLive: false });
  await topics.report(agent, [{ partition: 2, slice: 4, offset: 0 }]);
  const verified = await stateCommand('verify', { config, kafka: true });
  assert.equal(verified.code, 2);
  for (const sentence of [
    /PROBLEM {2}partition 0: the log ends at 0, counting had come to 7\n {10}Collectors count it/,
    /PROBLEM {2}partition 1: the mark of the lane .* is of record 9, and counting has come to 0 only/,
    /PROBLEM {2}partition 2: the broker confirmed slice 4 of the lane .* to the agent agent-EX01, and it was never counted/,
  ]) {
    assert.match(verified.out, sentence);
  }
  assert.equal(verified.out.match(/1 sightings in partition \d belong to another one/g)?.length, 2);
  assert.equal((await shown(config)).counted.clients, 1, 'what can be read is shown');
  await write(2, 'p', '[2,"x",1,null]');
  await put(1, { kind: 'owner', group: 'others', collector: 'c', at: 1 });
  const worse = await stateCommand('verify', { config, kafka: true, format: 'json' });
  assert.match(worse.out, /record \d+ of partition 2: a record of version 2, this program knows up to 1/);
  assert.match(worse.out, /record \d+ of partition 1: the state topic holds the state of the group others/);
  const refused = await stateCommand('show', { config, kafka: true });
  assert.deepEqual([refused.code, refused.out], [1, '']);
  assert.match(refused.errors, /the state topic.* holds (a record of version 2|the state of the group others)/);
});

test('no broker, a missing topic, both kinds named: each is one sentence', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const folder = scratch(t);
  await using topics = await TestTopics.create(broker.brokers, 1);
  const names = { ...topics.names, state: `${topics.names.state}-not` };
  const missing = await stateCommand('show', { config: configFile(folder, broker.brokers, names), kafka: true });
  assert.equal(
    missing.errors,
    `straggler: the topic ${names.state} does not exist\n  Run \`straggler check --create-topics\`.\n`,
  );
  const closed = `127.0.0.1:${await freePort()}`;
  for (const name of ['show', 'verify', 'export'] as const) {
    const { code, out, errors } = await stateCommand(name, { brokers: closed });
    assert.deepEqual([code, out], [1, ''], name);
    assert.match(errors, /^straggler: No broker answers at 127\.0\.0\.1:\d+: .*\n {2}Check the addresses/, name);
  }
  const both = await stateCommand('show', { brokers: closed, state: folder });
  assert.match(both.errors, /^straggler: --state names a folder, and --brokers the state topic/);
  const none = await stateCommand('verify', { kafka: true });
  assert.match(none.errors, /^straggler: No broker was named\./);
  const absent = await stateCommand('verify', { state: folder });
  assert.match(absent.errors, /^straggler: There is no state in .*\.\n {2}Name the folder/);
  assert.deepEqual(readdirSync(folder), ['straggler.yaml'], 'nothing was made there');
});
