/** The agent's word on each server: what it follows, how far it is, what has gone wrong. */
import type { AgentReport, LaneReport } from '../event/agent-report.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Cycle } from './cycle.ts';
import type { Lane } from './lane.ts';

export interface ReportOptions {
  readonly agent: string;
  readonly name: string;
  readonly version: string;
  readonly startedAt: number;
  readonly intervalMs: number;
}

/** Where the lane's files are looked for; null = no PATH leads there any more. */
type Place = Pick<Cycle, 'lastScanAt' | 'scanError' | 'watcherErrors'> | null;

/** A folder that could not be listed for so long may never be again. */
const awayAfterMs = 60_000;

/** What lies unread in a folder that is away is at risk, as in a file that is deleted. */
function isAway({ files }: Lane, place: Place, now: number): boolean {
  if (place === null) return true;
  if (place.scanError === null) return files.isAway;
  return place.lastScanAt === null || now - place.lastScanAt > awayAfterMs;
}

function laneReport(lane: Lane, place: Place, delivery: Pick<Delivery, 'lane'>, now: number): LaneReport {
  const { record, figures, files } = lane;
  const delivered = delivery.lane(record.id);
  const away = isAway(lane, place, now);
  let backlogBytes = 0;
  let bytesAtRisk = 0;
  let filesFollowed = 0;
  for (const file of files.all) {
    backlogBytes += file.backlogBytes;
    if (file.missedScans > 0 || away) bytesAtRisk += file.backlogBytes;
    if (file.missedScans === 0 && place !== null) filesFollowed++;
  }
  return {
    lane: delivered.lane ?? record.id,
    server: record.server,
    protocol: record.protocol,
    root: record.root,
    lastScanAt: place?.lastScanAt ?? null,
    scanError:
      place === null
        ? `no PATH leads there any more, and ${backlogBytes} bytes are unread`
        : (place.scanError ?? files.trouble),
    filesFollowed,
    filesFound: files.found,
    backlogBytes,
    bytesAtRisk,
    bytesLost: record.bytesLost,
    lostAt: record.lostAt,
    lastRowAt: figures.lastRowAt,
    lastProbeAt: figures.lastProbeAt,
    rows: { ...figures.rows },
    readBack: { ...readBack(lane, backlogBytes), ...(place === null ? { done: true } : {}) },
    fileEpochs: { ...figures.fileEpochs },
    watcherErrors: place?.watcherErrors ?? 0,
    publishErrors: delivered.publishErrors + figures.refusals,
    deadLetters: delivered.deadLetters + figures.deadLetters,
    deadLettersLost: figures.deadLettersLost,
    outboxBytes: delivered.pendingBytes,
    oldestUnackedAt: earlier(lane.reader.handOver.oldestReadAt, delivered.oldestUnackedAt),
    ledger: delivered.ledger,
    ...(delivered.replaces === undefined ? {} : { replaces: delivered.replaces }),
  };
}

/** What is left counts as to do, so that the two meet when the lane has caught up, however much was written meanwhile. */
function readBack({ record, figures }: Lane, backlogBytes: number): LaneReport['readBack'] {
  const bytesRead = figures.bytesReadBack;
  const bytesTotal = record.readBackDone ? bytesRead : Math.max(bytesRead + backlogBytes, bytesRead);
  return { done: record.readBackDone, bytesRead, bytesTotal };
}

function earlier(left: number | null, right: number | null): number | null {
  return left === null || (right !== null && right < left) ? right : left;
}

/**
 * One report a server, of all lanes that are at work, and of those in `lanes` that no PATH leads to any more and that
 * have something unread: nobody else would ever say so.
 */
export function agentReports(
  cycles: readonly Cycle[],
  lanes: Iterable<Lane>,
  delivery: Pick<Delivery, 'lane'>,
  at: number,
  options: ReportOptions,
): AgentReport[] {
  const byServer = new Map<string, LaneReport[]>();
  const add = (report: LaneReport): void => {
    const others = byServer.get(report.server);
    if (others === undefined) byServer.set(report.server, [report]);
    else others.push(report);
  };
  const atWork = new Set<Lane>();
  for (const cycle of cycles) {
    for (const lane of cycle.lanes) {
      atWork.add(lane);
      add(laneReport(lane, cycle, delivery, at));
    }
  }
  for (const lane of lanes) {
    const report = atWork.has(lane) ? null : laneReport(lane, null, delivery, at);
    if (report !== null && report.bytesAtRisk > 0) add(report);
  }
  const { agent, name, version, startedAt, intervalMs } = options;
  return [...byServer].map(([server, reported]) => ({
    schema: 1,
    agent,
    name,
    version,
    server,
    startedAt,
    at,
    intervalMs,
    lanes: reported,
  }));
}
