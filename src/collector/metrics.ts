/**
 * The one adapter between what the collector knows and what Prometheus sees. All gauges of one scrape come from one
 * moment; all counters start at 0 for every server and protocol that is expected.
 */
import type { CountingObserver } from '../delivery/counting.ts';
import { agentFigures } from '../telemetry/agent-figures.ts';
import type { MetricRegistry, Sample } from '../telemetry/registry.ts';
import { type ServerLabels, otherServers, serverLabels } from '../telemetry/server-labels.ts';
import { showCanaries } from './canary/canary-metrics.ts';
import type { MetricsSource, SightingSums } from './metrics-source.ts';
import { type AgentView, type CollectorViews, type SummaryView, type WindowCounts, statuses } from './views.ts';

/** Lanes whose history was told; beyond it one may be told again. */
const historiesMax = 10_000;

/** Agents and collectors both notice a state that was rolled back or copied, often the same one. */
class TellOnce {
  readonly #told = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  isNew(name: string): boolean {
    if (this.#told.has(name)) return false;
    if (this.#told.size < this.#max) this.#told.add(name);
    return true;
  }
}

const remainingStatuses = ['unknown', 'acknowledged', 'known'] as const;
const migrations = ['legacy_only', 'both', 'new_only'] as const;

export interface CollectorMetricsOptions {
  readonly version: string;
  readonly revision: string;
  /** How many unknown sightings get series of their own; 0 = none. */
  readonly unknownSeriesMax: number;
}

export interface CollectorMetrics extends CountingObserver {
  /** A client that was unknown when this process counted its first row, and not while reading back. */
  unknownFirstSeen(server: string, protocol: string): void;
}

export function collectorMetrics(
  registry: MetricRegistry,
  views: CollectorViews,
  source: MetricsSource,
  options: CollectorMetricsOptions,
): CollectorMetrics {
  const figures = agentFigures(registry);
  let labels = serverLabels(source.configuredServers, []);
  const histories = new TellOnce(historiesMax);
  let savedAt = 0;
  let gapsForgotten = 0;

  registry.onScrape(() => {
    const summary = views.summary();
    const sums = [...source.sums()];
    const agents = views.agents();
    const servers = [
      summary.servers.map((server) => server.name),
      sums.map((sum) => sum.server),
      agents.map((agent) => agent.server),
      source.canaries().map(({ target }) => target.server),
    ];
    const before = labels.other.size;
    labels = serverLabels(source.configuredServers, servers.flat());
    if (labels.other.size > before)
      registry.count('bounds_hit_total', { bound: 'server labels' }, labels.other.size - before);
    showClients(registry, summary, source);
    showServers(registry, summary, source, labels);
    showSums(registry, sums, labels);
    showCanaries(registry, source.canaries(), labels);
    if (source.gapsForgotten > gapsForgotten)
      registry.count('bounds_hit_total', { bound: 'evidence gaps' }, source.gapsForgotten - gapsForgotten);
    gapsForgotten = source.gapsForgotten;
    showUnknown(registry, source, labels, options.unknownSeriesMax);
    showInventory(registry, source);
    showAgents(registry, agents, labels);
    for (const report of source.reports()) {
      for (const { server, replaces } of report.lanes) {
        if (replaces !== undefined && histories.isNew(replaces.lane))
          registry.count('state_histories_total', { server: labels.of(server) });
      }
    }
    figures.show(source.reports(), (server) => labels.of(server));
    showState(registry, source, savedAt);
    registry.show('build_info', [[{ version: options.version, revision: options.revision }, 1]]);
  });

  return {
    events: (result, count) => registry.count('events_total', { result }, count),
    eventLag: (server, seconds) => registry.observe('event_lag_seconds', { server: labels.of(server) }, seconds),
    boundHit: (bound) => registry.count('bounds_hit_total', { bound }),
    saved(at) {
      savedAt = at;
    },
    loss(loss) {
      const server = labels.of(loss.server);
      if (loss.kind === 'position lost')
        registry.count('positions_lost_total', { partition: String(loss.partition ?? '') });
      else if (loss.kind === 'state history') {
        if (loss.lane === null || histories.isNew(loss.lane)) registry.count('state_histories_total', { server });
      } else registry.count('event_gaps_total', { server, protocol: loss.protocol });
    },
    unknownFirstSeen: (server, protocol) =>
      registry.count('unknown_clients_first_seen_total', { server: labels.of(server), protocol }),
  };
}

function showClients(registry: MetricRegistry, summary: SummaryView, source: MetricsSource): void {
  registry.show('clients', byStatus({}, summary.windows));
  registry.show(
    'remaining_clients',
    Object.entries(source.remaining()).flatMap(([window, counts]) =>
      remainingStatuses.map((status) => [{ window, status }, counts[status]] as const),
    ),
  );
  registry.show('evidence_complete', [[{}, Number(summary.evidence.complete)]]);
  registry.show(
    'evidence_gap',
    summary.evidence.reasons.map(({ server, protocol, reason }) => [{ server, protocol, reason }, 1] as const),
  );
  registry.show(
    'migration_clients',
    Object.entries(source.migration()).flatMap(([window, counts]) =>
      migrations.map((state) => [{ state, window }, counts[state]] as const),
    ),
  );
}

function showServers(
  registry: MetricRegistry,
  summary: SummaryView,
  source: MetricsSource,
  labels: ServerLabels,
): void {
  const own = summary.servers.filter((server) => !labels.other.has(server.name));
  const shown: { name: string; windows: WindowCounts; protocols: SummaryView['servers'][number]['protocols'] }[] = [
    ...own,
  ];
  if (labels.other.size > 0) {
    const union = source.unionOf(labels.other);
    const protocols = Object.entries(union.protocols).map(([protocol, windows]) => [protocol, { windows }] as const);
    shown.push({ name: otherServers, windows: union.windows, protocols: Object.fromEntries(protocols) });
  }
  registry.show(
    'server_clients',
    shown.flatMap(({ name, windows }) => byStatus({ server: name }, windows)),
  );
  registry.show(
    'server_protocol_clients',
    shown.flatMap(({ name, protocols }) =>
      Object.entries(protocols).flatMap(([protocol, { windows }]) => byStatus({ server: name, protocol }, windows)),
    ),
  );
  registry.show(
    'server_info',
    own.map(({ name, role, phase }) => [{ server: name, role: role ?? '', phase }, 1] as const),
  );
}

function byStatus<Own extends object>(
  own: Own,
  windows: WindowCounts,
): (readonly [Own & { window: string; status: (typeof statuses)[number] }, number])[] {
  return Object.entries(windows).flatMap(([window, counts]) =>
    statuses.map((status) => [{ ...own, window, status }, counts[status]] as const),
  );
}

function showSums(registry: MetricRegistry, sums: readonly SightingSums[], labels: ServerLabels): void {
  const labelled = sums.map((sum) => ({ ...sum, own: { server: labels.of(sum.server), protocol: sum.protocol } }));
  registry.show(
    'connections_total',
    labelled.map((sum) => [sum.own, sum.connections] as const),
  );
  registry.show(
    'auth_attempts_total',
    labelled.flatMap(({ own, loginsSucceeded, loginsFailed }) => [
      [{ ...own, result: 'succeeded' }, loginsSucceeded] as const,
      [{ ...own, result: 'failed' }, loginsFailed] as const,
    ]),
  );
  registry.show(
    'session_bytes_total',
    labelled.flatMap(({ own, bytesReceived, bytesSent }) => [
      [{ ...own, direction: 'received' }, bytesReceived] as const,
      [{ ...own, direction: 'sent' }, bytesSent] as const,
    ]),
  );
  for (const { own } of labelled) {
    registry.count('unknown_clients_first_seen_total', own, 0);
    registry.count('event_gaps_total', own, 0);
    registry.count('state_histories_total', { server: own.server }, 0);
  }
}

function showUnknown(registry: MetricRegistry, source: MetricsSource, labels: ServerLabels, max: number): void {
  const { total, newest } = source.newestUnknown(max);
  const samples = (at: 'firstSeen' | 'lastSeen'): Sample<'unknown_client_first_seen_timestamp_seconds'>[] =>
    newest.map((sighting) => [
      { client_ip: sighting.address, server: labels.of(sighting.server), protocol: sighting.protocol },
      sighting[at] / 1000,
    ]);
  registry.show('unknown_client_first_seen_timestamp_seconds', samples('firstSeen'));
  registry.show('unknown_client_last_seen_timestamp_seconds', samples('lastSeen'));
  registry.show('unknown_client_series_suppressed', [[{}, total - newest.length]]);
}

function showInventory(registry: MetricRegistry, source: MetricsSource): void {
  const inventory = source.inventory();
  registry.show(
    'inventory_entries',
    inventory === null
      ? []
      : (['legacy_only', 'both', 'new_only', 'silent', 'expired'] as const).map(
          (state) => [{ state }, inventory.entries[state]] as const,
        ),
  );
  registry.show(
    'inventory_last_reload_successful',
    inventory === null ? [] : [[{}, Number(inventory.lastReloadSuccessful)]],
  );
  registry.show(
    'inventory_last_reload_success_timestamp_seconds',
    inventory === null ? [] : [[{}, (inventory.lastLoadedAt ?? 0) / 1000]],
  );
}

/** Of a server's agents the newest heartbeat counts; of servers that share a label the oldest, or silence would hide. */
function showAgents(registry: MetricRegistry, agents: readonly AgentView[], labels: ServerLabels): void {
  const reporting = agents.filter((agent) => agent.lastHeartbeat !== null);
  const byServer = Map.groupBy(agents, (agent) => agent.server);
  const newest = [...byServer].map(([server, own]) => ({
    label: labels.of(server),
    at: Math.max(...own.map(({ lastHeartbeat }) => (lastHeartbeat === null ? 0 : Date.parse(lastHeartbeat) / 1000))),
  }));
  registry.show(
    'agent_last_heartbeat_timestamp_seconds',
    [...Map.groupBy(newest, (server) => server.label)].map(
      ([server, own]) => [{ server }, Math.min(...own.map(({ at }) => at))] as const,
    ),
  );
  registry.show(
    'agent_clock_skew_seconds',
    [...Map.groupBy(reporting, (agent) => labels.of(agent.server))].map(([server, own]) => {
      const skews = own.map((agent) => agent.clockSkewSeconds);
      return [{ server }, skews.reduce((worst, skew) => (Math.abs(skew) > Math.abs(worst) ? skew : worst))] as const;
    }),
  );
  registry.show(
    'agent_info',
    reporting.map((agent) => [{ server: labels.of(agent.server), version: agent.version }, 1] as const),
  );
}

function showState(registry: MetricRegistry, source: MetricsSource, savedAt: number): void {
  const counting = source.counting();
  registry.show('kafka_connected', source.brokered ? [[{}, Number(counting.connected)]] : []);
  registry.show(
    'kafka_consumer_lag_messages',
    counting.lag.map(({ topic, partition, messages }) => [{ topic, partition: String(partition) }, messages] as const),
  );
  registry.show('state_complete', [[{}, Number(counting.stateComplete)]]);
  registry.show(
    'state_entries',
    Object.entries(source.entries()).map(([kind, entries]) => [{ kind }, entries] as const),
  );
  registry.show('state_saved_timestamp_seconds', [[{}, savedAt / 1000]]);
}
