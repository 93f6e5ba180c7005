/**
 * A lane's events travel under an id of its own, the wire lane: that of its record, until the state turns out to be a
 * rolled-back or copied one. Then the numbers of its slices have been used already, by the future that was undone or
 * by the other copy, and what a collector concludes from them is worth nothing. So a new wire lane begins, with
 * numbers from 1 and nothing before it. Positions in files stay; what waits goes out as it was cut.
 */
import type { LaneReplacement } from '../../event/agent-report.ts';

export interface WireLane {
  readonly id: string;
  /** What it stands in place of, and why; null for a lane's first. */
  readonly replaces: LaneReplacement | null;
}

/** The wire lane of one lane's record, as it is stored. */
export interface StoredWireLane extends WireLane {
  readonly lane: string;
}
