/**
 * The last word of every agent, and when it was heard. A compacted topic hands old reports over at start, so the time of arrival proves
 * nothing by itself: a report counts as heard now only when the one before it came a good part of its interval
 * earlier; else it counts as of the time the agent wrote into it.
 */
import type { AgentReport, LaneReport } from '../event/agent-report.ts';
import type { AgentReports } from '../delivery/counting.ts';
import type { Clock } from '../runtime/clock.ts';

/** An agent is silent when it was not heard for this long. */
const silentAfterMs = 180_000;

/** Agents that were not heard for so long are forgotten: their servers are named in the configuration or gone. */
const forgetAfterMs = 31 * 86_400_000;

const agentsMax = 10_000;

export interface HeardAgent {
  readonly report: AgentReport;
  /** Milliseconds since the epoch, by the collector's clock. */
  readonly heardAt: number;
  /** The agent's clock minus the collector's when the report arrived; 0 while only old reports are known. */
  readonly clockSkewMs: number;
}

export interface HeardLane extends HeardAgent {
  readonly lane: LaneReport;
}

interface Entry extends HeardAgent {
  readonly arrivedAt: number;
}

export class AgentBook implements AgentReports {
  readonly #clock: Clock;
  readonly #byAgentAndServer = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  accept(report: AgentReport): void {
    const now = this.#clock.now();
    const key = `${report.agent}\t${report.server}`;
    const before = this.#byAgentAndServer.get(key);
    if (before !== undefined && before.report.startedAt === report.startedAt && before.report.at > report.at) return;
    const live = before !== undefined && now - before.arrivedAt >= report.intervalMs / 2;
    const heardAt = live ? now : Math.min(now, Math.max(report.at, before?.heardAt ?? 0));
    this.#byAgentAndServer.set(key, { report, heardAt, arrivedAt: now, clockSkewMs: live ? report.at - now : 0 });
    if (this.#byAgentAndServer.size > agentsMax) this.#forgetOldest();
  }

  agents(): HeardAgent[] {
    const now = this.#clock.now();
    for (const [key, entry] of this.#byAgentAndServer) {
      if (now - entry.heardAt > forgetAfterMs) this.#byAgentAndServer.delete(key);
    }
    return [...this.#byAgentAndServer.values()].toSorted(
      (left, right) =>
        left.report.server.localeCompare(right.report.server) || left.report.agent.localeCompare(right.report.agent),
    );
  }

  #forgetOldest(): void {
    let oldest: string | null = null;
    let oldestHeardAt = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#byAgentAndServer) {
      if (entry.heardAt < oldestHeardAt) [oldest, oldestHeardAt] = [key, entry.heardAt];
    }
    if (oldest !== null) this.#byAgentAndServer.delete(oldest);
  }
}

export function isSilent(agent: HeardAgent, now: number): boolean {
  return now - agent.heardAt > silentAfterMs;
}
