/**
 * What reports in the topic say about our own state. An agent's last number never goes back, and only one process
 * uses a state: so a report that is not ours and names a lane of ours comes from the time before this process, or
 * from a copy. Pure.
 */
import type { AgentReport, LaneReplacement } from '../../event/agent-report.ts';

export interface OwnSide {
  /** Id that our reports bear. */
  readonly agent: string;
  readonly startedAt: number;
  /** Whether this process has made a report at this time; a fork of it bears the same `startedAt`. */
  isOwn(at: number): boolean;
  /** Last number given in the lane that bears this id on the wire; null = it is none of ours. */
  lastSlice(wireLane: string): number | null;
}

export interface HistoryFinding {
  /** Wire lanes that must not be used any more. */
  readonly lanes: readonly string[];
  readonly reason: LaneReplacement['reason'];
  /** The other one was here first and keeps the agent's id: ours must be another, or reports replace each other. */
  readonly mustChangeAgent: boolean;
}

/** `isAlive`: it was sent by a process that lives beside us, and is no last word of our predecessor. */
export function judgeReport(report: AgentReport, own: OwnSide, isAlive: boolean): HistoryFinding | null {
  if (report.agent === own.agent && report.startedAt === own.startedAt && own.isOwn(report.at)) return null;
  const lanes = report.lanes.flatMap(({ lane, replaces, ledger }) => {
    // Who has left a lane of ours for another one had our state, and knows more than it does.
    if (replaces !== undefined && own.lastSlice(lane) === null && own.lastSlice(replaces.lane) !== null) {
      return [replaces.lane];
    }
    const last = own.lastSlice(lane);
    return last !== null && (isAlive || ledger.some(({ slice }) => slice > last)) ? [lane] : [];
  });
  const mustChangeAgent = isAlive && report.agent === own.agent && report.startedAt <= own.startedAt;
  if (lanes.length === 0 && !mustChangeAgent) return null;
  return { lanes, reason: isAlive ? 'copied' : 'rolled back', mustChangeAgent };
}
