/** The state topic of the collectors for people. Times are UTC. */
import { count, counted, dateTime } from '../../markup/words.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import { knownText } from './sighting-sums.ts';
import { type TextColumn, textTable } from './text-table.ts';
import type { PartitionView, TopicLaneView, TopicView } from './topic-view.ts';

export function topicText(view: TopicView): string {
  const partitions = textTable(partitionColumns, view.partitions.map(partitionCells));
  const lanes = textTable(laneColumns, view.lanes.map(laneCells));
  return [head(view), partitions, lanes, losses(view)].filter((part) => part !== '').join('\n');
}

function head(view: TopicView): string {
  const changed = view.changedAt === null ? 'nothing was counted yet' : `changed ${dateTime(view.changedAt)}`;
  const inUse =
    view.collectors === null
      ? 'this account may not ask who is in the group'
      : view.collectors === 0
        ? 'not in use'
        : `in use by ${counted(view.collectors, 'collector', 'collectors')}`;
  const lines = [
    `${view.topic} at ${view.brokers.join(', ')}: the state of the collectors of the group ${view.group}`,
    `${inUse}, ${counted(view.partitions.length, 'partition', 'partitions')}, ${changed}`,
    knownText(view.counted),
  ];
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}

const partitionColumns: readonly TextColumn[] = [
  { title: 'PARTITION', isNumber: true },
  { title: 'POSITION', isNumber: true },
  { title: 'BEHIND', isNumber: true },
  { title: 'SIGHTINGS', isNumber: true },
  { title: 'MARKS', isNumber: true },
  { title: 'LOSSES', isNumber: true },
  { title: 'TAKEN OVER' },
  { title: 'BY' },
];

function partitionCells(partition: PartitionView): string[] {
  return [
    count(partition.partition),
    partition.position === null ? '' : count(partition.position),
    count(partition.behind),
    count(partition.sightings),
    count(partition.marks),
    count(partition.losses),
    partition.takenOverAt === null ? '' : dateTime(partition.takenOverAt),
    partition.takenOverBy ?? '',
  ];
}

const laneColumns: readonly TextColumn[] = [
  { title: 'SERVER' },
  { title: 'PROTOCOL' },
  { title: 'AGENT' },
  { title: 'SLICE', isNumber: true },
  { title: 'OFFSET', isNumber: true },
  { title: 'RUNS', isNumber: true },
  { title: 'PARTITIONS', isNumber: true },
  { title: 'READ BACK' },
  { title: 'PUBLISHED' },
  { title: 'LANE' },
];

function laneCells(lane: TopicLaneView): string[] {
  return [
    lane.server ?? 'reported by no agent',
    lane.protocol ?? '',
    lane.agent ?? '',
    count(lane.slice),
    count(lane.offset),
    count(lane.runs),
    count(lane.partitions),
    lane.readBackDone === null ? '' : lane.readBackDone ? 'done' : 'under way',
    dateTime(lane.countedAt),
    lane.id,
  ];
}

function losses(view: TopicView): string {
  return view.losses
    .map(({ kind, partition, at, count: times, detail }) => {
      const often = times === 1 ? '' : `, ${count(times)} times`;
      return `${visibleText(`lost: ${kind} in partition ${partition}, ${dateTime(at)}${often}: ${detail}`)}\n`;
    })
    .join('');
}
