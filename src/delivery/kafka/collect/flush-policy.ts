/** When a partition's changes are written: often enough to be live, seldom enough to catch up quickly. */

/** Keys of one flush, well below what a transaction can carry within its timeout. At this bound reading waits. */
export const flushKeysMaxDefault = 20_000;

const liveIntervalMs = 1000;
/** A state record costs more than an event, so their number decides how quickly a backlog is worked off. */
const catchingUpIntervalMs = 5000;
/** Chunks that wait in the partition; more is a backlog. */
const liveLagRecords = 20;

export interface FlushSituation {
  /** Changed keys, and whether anything at all has changed (a position moves without them). */
  readonly keys: number;
  readonly changed: boolean;
  /** Since the partition's last flush ended. */
  readonly sinceLastMs: number;
  /** Records between the position and the partition's end. */
  readonly lagRecords: number;
}

export function flushIsDue(situation: FlushSituation, keysMax: number): boolean {
  if (!situation.changed) return false;
  if (situation.keys >= keysMax) return true;
  return situation.sinceLastMs >= (situation.lagRecords > liveLagRecords ? catchingUpIntervalMs : liveIntervalMs);
}
