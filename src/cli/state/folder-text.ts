/** A state folder for people. Times are UTC. */
import { bytes, count, counted, dateTime } from '../../markup/words.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import type { FileView, FolderView, LaneView } from './folder-view.ts';
import { knownText } from './sighting-sums.ts';
import { type TextColumn, textTable } from './text-table.ts';

export function folderText(view: FolderView, withFiles: boolean): string {
  const parts = [
    head(view),
    textTable(
      laneColumns(view),
      view.lanes.map((lane) => laneCells(lane, view)),
    ),
  ];
  if (withFiles)
    parts.push(
      textTable(
        fileColumns,
        view.files.map((file) => fileCells(file, view.lanes)),
      ),
    );
  return parts.filter((part) => part !== '').join('\n');
}

function head(view: FolderView): string {
  const { counted: known, outbox } = view;
  const program = view.program === null ? '' : `, written by straggler ${view.program}`;
  const made = view.createdAt === null ? '' : `, made ${dateTime(view.createdAt)}`;
  const lines = [
    `${view.directory}: the state of ${view.kind === 'run' ? '`straggler run`' : '`straggler agent`'} ${view.id}`,
    `${view.inUse ? 'in use' : 'not in use'}, layout ${view.layout}${program}, ${bytes(view.bytes)}${made}, changed ${dateTime(view.changedAt)}`,
  ];
  if (known !== null) lines.push(knownText(known));
  if (outbox !== null) {
    const of = outbox.partitions === null ? '' : `, for ${counted(outbox.partitions, 'partition', 'partitions')}`;
    const since = outbox.oldestReadAt === null ? '' : `, the oldest read ${dateTime(outbox.oldestReadAt)}`;
    lines.push(
      `${counted(outbox.events, 'event', 'events')} wait to be published (${bytes(outbox.bytes)} in ` +
        `${counted(outbox.chunks, 'chunk', 'chunks')})${of}${since}`,
    );
  }
  if (view.lanes.length === 0) lines.push('no lanes: nothing was followed yet');
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}

function laneColumns({ outbox }: FolderView): readonly TextColumn[] {
  return [
    { title: 'SERVER' },
    { title: 'PROTOCOL' },
    { title: 'FILES', isNumber: true },
    { title: 'READ', isNumber: true },
    { title: 'LEFT', isNumber: true },
    { title: 'READ BACK' },
    { title: 'LAST ROW' },
    { title: 'LOST', isNumber: true },
    ...(outbox === null ? [] : [{ title: 'SLICE', isNumber: true as const }, { title: 'ACKNOWLEDGED' }]),
    { title: 'LANE' },
    { title: 'ROOT' },
  ];
}

function laneCells(lane: LaneView, { outbox }: FolderView): string[] {
  const { readBack, horizon } = lane;
  const from = horizon === null ? 'all' : `from ${dateTime(horizon)}`;
  return [
    lane.server,
    lane.protocol,
    count(lane.files),
    bytes(readBack.bytesRead),
    bytes(readBack.bytesSeen - readBack.bytesRead),
    `${readBack.done ? 'done' : 'under way'}, ${from}`,
    lane.lastRow === null ? '' : dateTime(lane.lastRow),
    bytes(lane.bytesLost),
    ...(outbox === null ? [] : [count(lane.outbox?.slice ?? 0), acknowledgedText(lane)]),
    lane.id,
    lane.root,
  ];
}

/** `all`, or how many partitions still wait for something. */
function acknowledgedText({ outbox }: LaneView): string {
  if (outbox === null) return '';
  const acknowledged = new Map(outbox.acknowledged.map((place) => [place.partition, place]));
  const waiting = outbox.cut.filter(({ partition, slice, offset }) => {
    const place = acknowledged.get(partition);
    return place === undefined || place.slice < slice || (place.slice === slice && place.offset < offset);
  });
  return waiting.length === 0 ? 'all' : `not in ${counted(waiting.length, 'partition', 'partitions')}`;
}

const fileColumns: readonly TextColumn[] = [
  { title: 'SERVER' },
  { title: 'POSITION', isNumber: true },
  { title: 'SIZE', isNumber: true },
  { title: 'GREW' },
  { title: 'STATE' },
  { title: 'FILE' },
];

function fileCells(file: FileView, lanes: readonly LaneView[]): string[] {
  const lane = lanes.find(({ id }) => id === file.lane);
  const states = [
    ...(file.finished ? ['finished'] : []),
    ...(file.missingSince === null ? [] : [`gone since ${dateTime(file.missingSince)}`]),
    ...(file.epoch === 0 ? [] : [`epoch ${file.epoch}`]),
  ];
  return [
    lane?.server ?? '',
    count(file.offset),
    count(file.size),
    dateTime(file.grewAt),
    states.join(', '),
    file.path,
  ];
}
