/** What the state topic of the collectors holds, as `state show` prints it. */
import type { Settings } from '../../config/schema.ts';
import { highestPlace } from '../../delivery/kafka/collect/marks.ts';
import type { Mark } from '../../delivery/kafka/collect/marks.ts';
import type { StateContents } from '../../delivery/kafka/collect/state-contents.ts';
import type { AgentReport, LaneReport } from '../../event/agent-report.ts';
import { timeText } from '../../event/time-text.ts';
import { SightingSums, type SightingSumsView } from './sighting-sums.ts';
import type { TopicLook } from './topic.ts';

export interface PartitionView {
  readonly partition: number;
  /** Next record of the connections to be counted; null = none was yet. */
  readonly position: number | null;
  readonly behind: number;
  readonly sightings: number;
  readonly marks: number;
  readonly losses: number;
  readonly takenOverBy: string | null;
  readonly takenOverAt: string | null;
  readonly changedAt: string | null;
  readonly records: number;
}

export interface TopicLaneView {
  readonly id: string;
  /** By the reports of the agents; null = none names it. */
  readonly agent: string | null;
  readonly server: string | null;
  readonly protocol: string | null;
  readonly root: string | null;
  readonly readBackDone: boolean | null;
  readonly runs: number;
  readonly partitions: number;
  /** The highest place that was counted. */
  readonly slice: number;
  readonly offset: number;
  /** When its newest counted record was published. */
  readonly countedAt: string;
}

export interface TopicView {
  readonly schema: 'straggler.state.v1';
  readonly kind: 'collectors';
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly collectors: number | null;
  readonly inUse: boolean | null;
  readonly changedAt: string | null;
  readonly partitions: readonly PartitionView[];
  readonly lanes: readonly TopicLaneView[];
  readonly losses: readonly {
    readonly partition: number;
    readonly kind: string;
    readonly lane: string;
    readonly server: string;
    readonly protocol: string;
    readonly at: string;
    readonly count: number;
    readonly detail: string;
  }[];
  readonly counted: SightingSumsView;
}

export function topicView({ kafka }: Settings, contents: StateContents, look: TopicLook): TopicView {
  const sums = new SightingSums();
  for (const sighting of contents.sightings()) sums.add(sighting);
  const changed = contents.partitions.map(({ changedAt }) => changedAt ?? 0);
  const changedAt = Math.max(0, ...changed);
  return {
    schema: 'straggler.state.v1',
    kind: 'collectors',
    brokers: kafka.brokers,
    topic: kafka.topics.state,
    group: kafka.group,
    collectors: look.collectors,
    inUse: look.collectors === null ? null : look.collectors > 0,
    changedAt: changedAt === 0 ? null : timeText(changedAt),
    partitions: partitionViews(contents, look),
    lanes: laneViews(contents, look.reports),
    losses: contents.partitions.flatMap(({ committed }) =>
      [...committed.losses.values()].map(({ kind, lane, server, protocol, at, count, detail }) => ({
        partition: committed.partition,
        kind,
        lane,
        server,
        protocol,
        at: timeText(at),
        count,
        detail,
      })),
    ),
    counted: sums.view(),
  };
}

function partitionViews(contents: StateContents, look: TopicLook): PartitionView[] {
  return contents.partitions.map(({ committed, sightings, takeover, changedAt, records }) => {
    const position = committed.position?.offset ?? null;
    const log = look.connections.get(committed.partition) ?? { low: 0, high: 0 };
    return {
      partition: committed.partition,
      position,
      behind: Math.max(0, log.high - Math.max(position ?? 0, log.low)),
      sightings: sightings.size,
      marks: [...committed.marks].length,
      losses: committed.losses.size,
      takenOverBy: takeover?.collector ?? null,
      takenOverAt: takeover === null ? null : timeText(takeover.at),
      changedAt: changedAt === null ? null : timeText(changedAt),
      records,
    };
  });
}

function laneViews(contents: StateContents, reports: readonly AgentReport[]): TopicLaneView[] {
  const reported = new Map<string, { readonly agent: string; readonly lane: LaneReport }>();
  for (const { name, lanes } of reports) for (const lane of lanes) reported.set(lane.lane, { agent: name, lane });
  const marks = new Map<string, Mark[]>();
  const partitions = new Map<string, number>();
  for (const { committed } of contents.partitions) {
    const here = new Set<string>();
    for (const mark of committed.marks) {
      marks.set(mark.lane, [...(marks.get(mark.lane) ?? []), mark]);
      here.add(mark.lane);
    }
    for (const lane of here) partitions.set(lane, (partitions.get(lane) ?? 0) + 1);
  }
  const lanes = [...marks].map(([id, of]): TopicLaneView => {
    const { agent, lane } = reported.get(id) ?? { agent: null, lane: null };
    const { slice = 0, offset = 0 } = highestPlace(new Map(of.map((mark, index) => [String(index), mark]))) ?? {};
    return {
      id,
      agent,
      server: lane?.server ?? null,
      protocol: lane?.protocol ?? null,
      root: lane?.root ?? null,
      readBackDone: lane?.readBack.done ?? null,
      runs: new Set(of.map(({ run }) => run)).size,
      partitions: partitions.get(id) ?? 0,
      slice,
      offset,
      countedAt: timeText(Math.max(...of.map(({ at }) => at))),
    };
  });
  const order = ({ server, protocol, id }: TopicLaneView): string => `${server ?? '~'}\t${protocol ?? ''}\t${id}`;
  return lanes.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}
