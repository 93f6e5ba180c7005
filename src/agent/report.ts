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

function laneReport(lane: Lane, cycle: Cycle, delivery: Pick<Delivery, 'lane'>): LaneReport {
  const { record, figures, files } = lane;
  const delivered = delivery.lane(record.id);
  let backlogBytes = 0;
  let bytesAtRisk = 0;
  let filesFollowed = 0;
  for (const file of files.all) {
    backlogBytes += file.backlogBytes;
    if (file.missedScans > 0) bytesAtRisk += file.backlogBytes;
    else filesFollowed++;
  }
  return {
    lane: delivered.lane ?? record.id,
    server: record.server,
    protocol: record.protocol,
    root: record.root,
    lastScanAt: cycle.lastScanAt,
    scanError: cycle.scanError ?? files.trouble,
    filesFollowed,
    filesFound: files.found,
    backlogBytes,
    bytesAtRisk,
    bytesLost: record.bytesLost,
    lostAt: record.lostAt,
    lastRowAt: figures.lastRowAt,
    lastProbeAt: figures.lastProbeAt,
    rows: { ...figures.rows },
    readBack: readBack(lane, backlogBytes),
    fileEpochs: { ...figures.fileEpochs },
    watcherErrors: cycle.watcherErrors,
    publishErrors: delivered.publishErrors + figures.refusals,
    deadLetters: delivered.deadLetters,
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

/** One report a server, of all lanes that are at work. */
export function agentReports(
  cycles: readonly Cycle[],
  delivery: Pick<Delivery, 'lane'>,
  at: number,
  options: ReportOptions,
): AgentReport[] {
  const byServer = new Map<string, LaneReport[]>();
  for (const cycle of cycles) {
    for (const lane of cycle.lanes) {
      const report = laneReport(lane, cycle, delivery);
      const lanes = byServer.get(report.server);
      if (lanes === undefined) byServer.set(report.server, [report]);
      else lanes.push(report);
    }
  }
  const { agent, name, version, startedAt, intervalMs } = options;
  return [...byServer].map(([server, lanes]) => ({
    schema: 1,
    agent,
    name,
    version,
    server,
    startedAt,
    at,
    intervalMs,
    lanes,
  }));
}
