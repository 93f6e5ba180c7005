import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { collectorMetrics } from '../../../src/collector/metrics.ts';
import type { MetricsSource } from '../../../src/collector/metrics-source.ts';
import type { AgentView, CollectorViews } from '../../../src/collector/views.ts';
import { type MetricRegistry, createRegistry } from '../../../src/telemetry/registry.ts';
import { FixedCollector, fixedAgents } from '../../fixed-collector.ts';
import { agentReport, laneReport } from '../collector/fixtures.ts';
import { findProgram } from '../../find-program.ts';
import { missing } from '../../require.ts';

const options = { version: '0.1.0', revision: 'abc1234', unknownSeriesMax: 1 };

function fixed(change: (collector: FixedCollector) => void = () => undefined, processMetrics = false) {
  const collector = new FixedCollector();
  change(collector);
  const registry = createRegistry({ prefix: 'straggler_', processMetrics });
  return { collector, registry, metrics: collectorMetrics(registry, collector, collector, options) };
}

async function lines(registry: MetricRegistry, start: string): Promise<string[]> {
  const { body } = await registry.scrape(undefined);
  return body.split('\n').filter((line) => line.startsWith(`straggler_${start}`));
}

test('the metrics of a fixed collector are those of the golden file (STRAGGLER_UPDATE_GOLDEN=1 writes it)', async () => {
  const { registry, collector, metrics } = fixed();
  collector.gaps = [{ server: 'EX01', protocol: 'imap4', reason: 'no rows', text: 'no rows for 20 minutes' }];
  metrics.events('accepted', 12);
  metrics.eventLag('EX01', 1.5);
  metrics.saved(collector.now);
  metrics.boundHit('outbox bytes');
  metrics.unknownFirstSeen('EX01', 'pop3');
  const file = new URL('../../golden/metrics.txt', import.meta.url);
  const { body } = await registry.scrape(undefined);
  if (process.env['STRAGGLER_UPDATE_GOLDEN'] === '1') writeFileSync(file, body);
  assert.equal(body, readFileSync(file, 'utf8'));
});

test('promtool finds nothing to say about the metrics', async (t: TestContext) => {
  const promtool = findProgram('promtool');
  if (promtool === null) return missing(t, 'promtool (Debian: prometheus)');
  const { registry } = fixed(undefined, true);
  const { body } = await registry.scrape(undefined);
  const checked = spawnSync(promtool, ['check', 'metrics'], { input: body, encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stdout + checked.stderr], [0, '']);
});

test('every gauge of a scrape comes from one summary', async () => {
  const { registry, collector } = fixed();
  let summaries = 0;
  const summary = collector.summary.bind(collector);
  collector.summary = () => (summaries++, summary());
  await registry.scrape(undefined);
  assert.equal(summaries, 1);
});

test('losses are counted by what they are', async () => {
  const { registry, metrics } = fixed();
  const loss = { partition: 7, lane: 'x', server: 'EX01', protocol: 'pop3', at: 1, detail: '' } as const;
  metrics.loss({ ...loss, kind: 'position lost' });
  metrics.loss({ ...loss, kind: 'event gap' });
  metrics.loss({ ...loss, kind: 'partition count' });
  metrics.loss({ ...loss, kind: 'state history' });
  assert.deepEqual(await lines(registry, 'positions_lost_total{'), ['straggler_positions_lost_total{partition="7"} 1']);
  assert.ok(
    (await lines(registry, 'event_gaps_total{')).includes(
      'straggler_event_gaps_total{server="EX01",protocol="pop3"} 2',
    ),
  );
  assert.deepEqual(await lines(registry, 'state_histories_total{'), [
    'straggler_state_histories_total{server="EX01"} 1',
    'straggler_state_histories_total{server="EX02"} 0',
  ]);
});

test('a state that was rolled back is counted once, whether agents, collectors or both have noticed', async () => {
  const { registry, collector, metrics } = fixed();
  const replaces = { lane: 'old', at: 1, reason: 'rolled back' } as const;
  collector.agentReports = [agentReport([laneReport({ lane: 'new', replaces })])];
  const counted = async (): Promise<string | undefined> =>
    (await lines(registry, 'state_histories_total{server="EX01"'))[0];
  assert.equal(await counted(), 'straggler_state_histories_total{server="EX01"} 1');
  const loss = { partition: 7, server: 'EX01', protocol: 'pop3', at: 1, detail: '', kind: 'state history' } as const;
  metrics.loss({ ...loss, lane: 'old' });
  assert.equal(await counted(), 'straggler_state_histories_total{server="EX01"} 1');
  metrics.loss({ ...loss, lane: 'another' });
  assert.equal(await counted(), 'straggler_state_histories_total{server="EX01"} 2');
});

test('without a broker and without an inventory nothing is said of them', async () => {
  const { registry, collector } = fixed();
  collector.inventory = () => null;
  assert.deepEqual(await lines(registry, 'kafka_'), []);
  assert.deepEqual(await lines(registry, 'inventory_'), []);
});

test('an expected server whose agent never reported has the heartbeat 0, and no agent', async () => {
  const [first, second] = fixedAgents();
  const { registry } = fixed((collector) => {
    collector.agentList = [first!, { ...second!, lastHeartbeat: null, silent: true }];
  });
  assert.deepEqual(await lines(registry, 'agent_last_heartbeat_timestamp_seconds'), [
    'straggler_agent_last_heartbeat_timestamp_seconds{server="EX01"} 1795514396',
    'straggler_agent_last_heartbeat_timestamp_seconds{server="EX02"} 0',
  ]);
  assert.deepEqual(await lines(registry, 'agent_info'), ['straggler_agent_info{server="EX01",version="0.1.0"} 1']);
});

/** More servers than may have labels. */
function crowded(): FixedCollector & CollectorViews & MetricsSource {
  const collector = new FixedCollector();
  const [agent] = fixedAgents();
  const names = Array.from({ length: 120 }, (_, index) => `S${String(index).padStart(3, '0')}`);
  const summary = collector.summary();
  const servers = names.map((name) => ({ ...summary.servers[0]!, name }));
  collector.summary = () => ({ ...summary, servers: [...summary.servers, ...servers] });
  collector.agentList = names.map((server, index): AgentView => {
    const lastHeartbeat = index === 119 ? null : agent!.lastHeartbeat;
    return { ...agent!, server, lastHeartbeat };
  });
  return collector;
}

test('servers beyond the limit share one union, asked for as such, and the limit is counted', async () => {
  const collector = crowded();
  const asked: number[] = [];
  const unionOf = collector.unionOf.bind(collector);
  collector.unionOf = (servers) => (asked.push(servers.size), unionOf(servers));
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  collectorMetrics(registry, collector, collector, options);
  const shown = await lines(registry, 'server_clients{');
  assert.equal(new Set(shown.map((line) => /server="([^"]*)"/.exec(line)?.[1])).size, 101);
  assert.ok(shown.includes('straggler_server_clients{server="_other",window="5m",status="unknown"} 0'));
  assert.deepEqual(asked, [22]);
  assert.deepEqual(await lines(registry, 'bounds_hit_total'), ['straggler_bounds_hit_total{bound="server labels"} 22']);
});

test('among servers that share a label the silent one is not hidden by the others', async () => {
  const collector = crowded();
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  collectorMetrics(registry, collector, collector, options);
  const shown = await lines(registry, 'agent_last_heartbeat_timestamp_seconds{server="_other"}');
  assert.deepEqual(shown, ['straggler_agent_last_heartbeat_timestamp_seconds{server="_other"} 0']);
});
