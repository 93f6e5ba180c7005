import type { LaneReport } from '../event/agent-report.ts';
import { type HeardAgent, isSilent } from './agent-book.ts';
import type { CollectorSettings } from './settings.ts';
import type { AgentView, EvidenceGap } from './views.ts';

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function viewLane(lane: LaneReport, gaps: readonly EvidenceGap[]): AgentView['lanes'][number] {
  const { done, bytesRead, bytesTotal } = lane.readBack;
  return {
    lane: lane.lane,
    protocol: lane.protocol,
    root: lane.root,
    filesFollowed: lane.filesFollowed,
    backlogBytes: lane.backlogBytes,
    bytesAtRisk: lane.bytesAtRisk,
    bytesLost: lane.bytesLost,
    deadLetters: lane.deadLetters,
    deadLettersLost: lane.deadLettersLost,
    lastRow: time(lane.lastRowAt),
    lastScan: time(lane.lastScanAt),
    scanError: lane.scanError,
    readBack: { done, fraction: done ? 1 : bytesTotal === 0 ? 0 : Math.min(0.999, bytesRead / bytesTotal) },
    gaps: gaps.filter((gap) => gap.server === lane.server && gap.protocol === lane.protocol),
  };
}

/** Every agent that was heard, and a line for each expected server that never was. */
export function viewAgents(
  agents: readonly HeardAgent[],
  settings: CollectorSettings,
  gaps: readonly EvidenceGap[],
  now: number,
): AgentView[] {
  const heard = agents.map((agent): AgentView => {
    const { report, heardAt, clockSkewMs } = agent;
    return {
      agent: report.agent,
      name: report.name,
      version: report.version,
      server: report.server,
      lastHeartbeat: time(heardAt),
      silent: isSilent(agent, now),
      clockSkewSeconds: clockSkewMs / 1000,
      lanes: report.lanes.map((lane) => viewLane(lane, gaps)),
    };
  });
  const missing = [...settings.servers].filter(
    ([server, { expect, phase }]) =>
      phase !== 'drained' &&
      Object.values(expect).includes('on') &&
      !agents.some(({ report }) => report.server === server),
  );
  const silent = {
    agent: '',
    name: '',
    version: '',
    lastHeartbeat: null,
    silent: true,
    clockSkewSeconds: 0,
    lanes: [],
  };
  return [...heard, ...missing.map(([server]) => ({ ...silent, server }))];
}
