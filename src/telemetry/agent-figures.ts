/**
 * What agents report of their lanes, as metrics: in the collector for all agents, on an agent's own endpoint for
 * itself.
 *
 * An agent sends its counters whole, and they begin again when it starts again. Summed over lanes as they are, one
 * restart would make a sum fall and Prometheus take all the rest for new. So only their growth is counted here, and a
 * lane that is gone keeps its share.
 */
import type { AgentReport, LaneReport } from '../event/agent-report.ts';
import type { Labels, MetricName } from './catalogue.ts';
import type { CountedName, MetricRegistry, Sample } from './registry.ts';

/** The metrics that `agentFigures` writes: all that an agent's own endpoint has besides `build_info`. */
export const agentFigureNames = [
  'agent_files_followed',
  'agent_backlog_bytes',
  'agent_bytes_at_risk',
  'agent_read_back_ratio',
  'agent_last_row_timestamp_seconds',
  'agent_rows_total',
  'agent_publish_errors_total',
  'agent_dead_letters_total',
  'agent_dead_letters_lost_total',
  'agent_bytes_lost_total',
  'agent_file_epochs_total',
  'agent_watcher_errors_total',
  'agent_outbox_bytes',
  'agent_oldest_unacked_timestamp_seconds',
] as const satisfies readonly MetricName[];

export interface AgentFigures {
  /** Takes the latest report of every agent and server; `labelOf` gives a server's label. */
  show(reports: Iterable<AgentReport>, labelOf: (server: string) => string): void;
}

interface LaneLabels {
  readonly server: string;
  readonly protocol: string;
}

export function agentFigures(registry: MetricRegistry): AgentFigures {
  const growth = relayedGrowth();
  return {
    show(reports, labelOf) {
      const groups = new Map<string, { labels: LaneLabels; lanes: LaneReport[] }>();
      for (const report of reports) {
        for (const lane of report.lanes) {
          const labels = { server: labelOf(lane.server), protocol: lane.protocol };
          const key = `${labels.server}\t${labels.protocol}`;
          const group = groups.get(key);
          if (group === undefined) groups.set(key, { labels, lanes: [lane] });
          else group.lanes.push(lane);
          countLane(registry, growth, report, lane, labels);
        }
      }
      showGauges(registry, [...groups.values()]);
    },
  };
}

function countLane(
  registry: MetricRegistry,
  growth: Growth,
  report: AgentReport,
  lane: LaneReport,
  labels: LaneLabels,
): void {
  const server = { server: labels.server };
  const count = <Name extends CountedName>(
    name: Name,
    own: Labels<Name>,
    value: number,
    since: number = report.startedAt,
  ): void => registry.count(name, own, growth(keysOf(report, lane, [name, ...Object.values(own)]), since, value));
  for (const result of ['event', 'ignored', 'error'] as const)
    count('agent_rows_total', { ...labels, result }, lane.rows[result]);
  for (const [reason, epochs] of Object.entries(lane.fileEpochs))
    count('agent_file_epochs_total', { ...labels, reason }, epochs);
  // The one counter that outlives the agent: it counts since the lane was made.
  count('agent_bytes_lost_total', labels, lane.bytesLost, 0);
  count('agent_watcher_errors_total', labels, lane.watcherErrors);
  count('agent_publish_errors_total', server, lane.publishErrors);
  count('agent_dead_letters_total', server, lane.deadLetters);
  count('agent_dead_letters_lost_total', server, lane.deadLettersLost);
}

/** A lane that stands in place of another one goes on with that one's counters. */
function keysOf({ agent }: AgentReport, { lane, replaces }: LaneReport, rest: readonly unknown[]): string[] {
  const lanes = replaces === undefined ? [lane] : [lane, replaces.lane];
  return lanes.map((id) => [agent, id, ...rest].join('\t'));
}

function showGauges(
  registry: MetricRegistry,
  groups: readonly { labels: LaneLabels; lanes: readonly LaneReport[] }[],
): void {
  const samples = (value: (lanes: readonly LaneReport[]) => number | null): Sample<'agent_backlog_bytes'>[] =>
    groups.flatMap(({ labels, lanes }) => {
      const figure = value(lanes);
      return figure === null ? [] : [[labels, figure] as const];
    });
  const sum = (figure: (lane: LaneReport) => number) =>
    samples((lanes) => lanes.reduce((all, lane) => all + figure(lane), 0));
  registry.show(
    'agent_files_followed',
    sum((lane) => lane.filesFollowed),
  );
  registry.show(
    'agent_backlog_bytes',
    sum((lane) => lane.backlogBytes),
  );
  registry.show(
    'agent_bytes_at_risk',
    sum((lane) => lane.bytesAtRisk),
  );
  registry.show(
    'agent_outbox_bytes',
    sum((lane) => lane.outboxBytes),
  );
  registry.show('agent_read_back_ratio', samples(readBackRatio));
  registry.show(
    'agent_last_row_timestamp_seconds',
    samples((lanes) => Math.max(...lanes.map((lane) => lane.lastRowAt ?? 0)) / 1000),
  );
  registry.show(
    'agent_oldest_unacked_timestamp_seconds',
    samples((lanes) => {
      const oldest = Math.min(...lanes.map((lane) => lane.oldestUnackedAt ?? Infinity));
      return oldest === Infinity ? null : oldest / 1000;
    }),
  );
}

function readBackRatio(lanes: readonly LaneReport[]): number {
  const open = lanes.filter((lane) => !lane.readBack.done);
  if (open.length === 0) return 1;
  const total = open.reduce((all, lane) => all + lane.readBack.bytesTotal, 0);
  // Not before it is done, whatever the bytes say: a log grows while it is read.
  return total === 0 ? 0 : Math.min(0.999, open.reduce((all, lane) => all + lane.readBack.bytesRead, 0) / total);
}

/**
 * How much a counter that is sent whole has grown since it was last seen under the first of these keys that is known;
 * all of it when it began again.
 */
type Growth = (keys: readonly string[], since: number, value: number) => number;

function relayedGrowth(): Growth {
  const last = new Map<string, { readonly since: number; readonly value: number }>();
  return (keys, since, value) => {
    const [key = ''] = keys;
    const known = keys.find((candidate) => last.has(candidate));
    const before = known === undefined ? undefined : last.get(known);
    last.set(key, { since, value });
    if (before === undefined) return value;
    return before.since === since && value >= before.value ? value - before.value : value;
  };
}
