/** What a state folder holds, as `state show` prints it: stable names, times in ISO 8601, bytes as numbers. */
import type { FileRecord, LaneRecord } from '../../delivery/records.ts';
import type { StateCopy } from '../../delivery/store/copy-state.ts';
import type { LanePlace, OutboxContent } from '../../delivery/kafka/outbox.ts';
import type { Protocol } from '../../event/protocol.ts';
import { timeText } from '../../event/time-text.ts';
import { contentsOf, type FolderContents, sightingsOf, wireLanesOf } from './folder.ts';
import { SightingSums, type SightingSumsView } from './sighting-sums.ts';

export interface FileView {
  readonly path: string;
  readonly lane: string;
  /** Read and delivered up to here. */
  readonly offset: number;
  /** Largest size that was seen. */
  readonly size: number;
  readonly epoch: number;
  readonly finished: boolean;
  readonly grewAt: string;
  readonly missingSince: string | null;
}

export interface LaneView {
  readonly id: string;
  readonly server: string;
  readonly protocol: Protocol;
  readonly root: string;
  readonly createdAt: string;
  /** Rows before it are not read; null = all are. */
  readonly horizon: string | null;
  readonly readBack: { readonly done: boolean; readonly bytesRead: number; readonly bytesSeen: number };
  readonly files: number;
  readonly filesMissing: number;
  readonly bytesLost: number;
  readonly lostAt: string | null;
  readonly lastRow: string | null;
  readonly lastProbe: string | null;
  /** Only of an agent that publishes. */
  readonly outbox: {
    /** Id under which its events are published, another one where the state was rolled back or copied. */
    readonly lane: string;
    /** Number of the last slice. */
    readonly slice: number;
    readonly chunksWaiting: number;
    readonly cut: readonly PlaceView[];
    readonly acknowledged: readonly PlaceView[];
  } | null;
}

type PlaceView = Omit<LanePlace, 'lane'>;

export interface FolderView {
  readonly schema: 'straggler.state.v1';
  readonly kind: 'run' | 'agent';
  readonly directory: string;
  readonly id: string;
  /** Id that the reports of an agent bear. */
  readonly agent: string;
  readonly layout: number;
  readonly program: string | null;
  readonly inUse: boolean;
  readonly bytes: number;
  readonly createdAt: string | null;
  readonly changedAt: string;
  readonly lanes: readonly LaneView[];
  readonly files: readonly FileView[];
  /** Null in the state of an agent: its collectors have them. */
  readonly counted: SightingSumsView | null;
  /** Null in the state of `run`. */
  readonly outbox: {
    readonly partitions: number | null;
    readonly chunks: number;
    readonly events: number;
    /** Before compression. */
    readonly bytes: number;
    readonly oldestReadAt: string | null;
  } | null;
}

/** Throws a StateDamage where a record is not what was written. */
export function folderView(copy: StateCopy): FolderView {
  const contents = contentsOf(copy);
  const { agent, outbox } = contents;
  return {
    schema: 'straggler.state.v1',
    kind: copy.kind === 'embedded' ? 'run' : 'agent',
    directory: copy.directory,
    id: copy.id,
    agent: agent.agent,
    layout: copy.layout,
    program: copy.program,
    inUse: copy.isInUse,
    bytes: copy.bytes,
    createdAt: time(copy.createdAt),
    changedAt: timeText(copy.changedAt),
    lanes: agent.lanes.toSorted(byPlace).map((lane) => laneView(lane, contents)),
    files: agent.files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)).map(fileView),
    counted: outbox === null ? sums(copy) : null,
    outbox:
      outbox === null
        ? null
        : {
            partitions: outbox.partitions,
            chunks: outbox.waiting.length,
            events: outbox.waiting.reduce((sum, { events }) => sum + events, 0),
            bytes: outbox.waiting.reduce((sum, { bytes }) => sum + bytes, 0),
            oldestReadAt: time(smallest(outbox.waiting.map(({ readAt }) => readAt))),
          },
  };
}

function byPlace(left: LaneRecord, right: LaneRecord): number {
  const key = ({ server, protocol, root }: LaneRecord): string => `${server}\t${protocol}\t${root}`;
  return key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0;
}

function laneView(lane: LaneRecord, { agent, outbox }: FolderContents): LaneView {
  const files = agent.files.filter((file) => file.lane === lane.id);
  return {
    id: lane.id,
    server: lane.server,
    protocol: lane.protocol,
    root: lane.root,
    createdAt: timeText(lane.createdAt),
    horizon: time(lane.horizon),
    readBack: {
      done: lane.readBackDone,
      bytesRead: files.reduce((sum, { offset }) => sum + offset, 0),
      bytesSeen: files.reduce((sum, file) => sum + sizeSeen(file), 0),
    },
    files: files.length,
    filesMissing: files.filter(({ missingSince }) => missingSince !== null).length,
    bytesLost: lane.bytesLost,
    lostAt: time(lane.lostAt),
    lastRow: time(largest(files.map(({ lastRowAt }) => lastRowAt))),
    lastProbe: time(largest(files.map(({ lastProbeAt }) => lastProbeAt))),
    outbox: outbox === null ? null : laneOutbox(wireLanesOf(lane.id, outbox), outbox),
  };
}

function laneOutbox(wireLanes: readonly string[], outbox: OutboxContent): LaneView['outbox'] {
  const [lane = ''] = wireLanes;
  const own = (place: { readonly lane: string }): boolean => place.lane === lane;
  const bare = ({ partition, slice, offset }: LanePlace): PlaceView => ({ partition, slice, offset });
  return {
    lane,
    slice: outbox.slices.get(lane) ?? 0,
    // What was cut under the id before still goes out.
    chunksWaiting: outbox.waiting.filter(({ headers }) => wireLanes.includes(headers.lane)).length,
    cut: outbox.cut.filter(own).map(bare),
    acknowledged: outbox.acknowledged.filter(own).map(bare),
  };
}

function sizeSeen({ offset, sizeSeen: seen, finished }: FileRecord): number {
  return finished ? offset : Math.max(offset, seen ?? 0);
}

function fileView(file: FileRecord): FileView {
  return {
    path: file.path,
    lane: file.lane,
    offset: file.offset,
    size: Math.max(file.offset, file.sizeSeen ?? 0),
    epoch: file.epoch,
    finished: file.finished,
    grewAt: timeText(file.grewAt),
    missingSince: time(file.missingSince),
  };
}

function sums(copy: StateCopy): SightingSumsView {
  const all = new SightingSums();
  for (const sighting of sightingsOf(copy)) all.add(sighting);
  return all.view();
}

function time(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}

function largest(times: readonly (number | undefined)[]): number | null {
  return times.reduce<number | null>(
    (most, at) => (at === undefined || (most !== null && most >= at) ? most : at),
    null,
  );
}

function smallest(times: readonly number[]): number | null {
  return times.reduce<number | null>((least, at) => (least !== null && least <= at ? least : at), null);
}
