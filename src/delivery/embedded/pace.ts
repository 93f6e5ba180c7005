/**
 * When the next commit begins. A commit costs a few milliseconds and up to 20 us a client, so while rows come in as
 * they are written one a second is enough. While old logs are read, reading waits for the commits: they follow each
 * other with pauses twice as long as the last one took, so that cheap ones are frequent, and dear ones are large and few;
 * once nothing more comes there is nothing to wait for.
 */
export interface PaceLimits {
  /** Between the starts of two commits while live. */
  readonly everyMs: number;
  /** What comes within this time of the first is committed with it. */
  readonly gatherMs: number;
  /** While reading back, this long after the last that came nothing more is expected. */
  readonly quietMs: number;
  /** Bounds of the pause while reading back. */
  readonly pauseMs: { readonly min: number; readonly max: number };
  /** A step that holds this much begins at once. */
  readonly bytesMax: number;
  readonly keysMax: number;
}

export const paceLimits: PaceLimits = {
  everyMs: 1000,
  gatherMs: 50,
  quietMs: 200,
  pauseMs: { min: 50, max: 2000 },
  bytesMax: 192 * 1024 * 1024,
  keysMax: 200_000,
};

/** What waits to be committed. Times are monotonic. */
export interface Waiting {
  readonly since: number;
  /** When the last of it came. */
  readonly latest: number;
  readonly bytes: number;
  readonly keys: number;
  /** All of it is old rows, read back. */
  readonly readingBack: boolean;
  /** `soon`: a record without rows is part of it, and reading goes on behind it. `now`: somebody drains. */
  readonly urgency: Urgency;
}

export type Urgency = 'paced' | 'soon' | 'now';

export interface LastCommit {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** While reading back: the larger, the more events of a client are merged before it is written. */
const pauseFactor = 2;

/** Monotonic time at which the next commit is to begin; it may have passed. */
export function nextCommitAt(waiting: Waiting, last: LastCommit | null, limits: PaceLimits): number {
  if (waiting.urgency === 'now' || waiting.bytes >= limits.bytesMax || waiting.keys >= limits.keysMax)
    return waiting.since;
  const gathered = waiting.since + limits.gatherMs;
  if (last === null || waiting.urgency === 'soon') return gathered;
  if (!waiting.readingBack) return Math.max(gathered, last.startedAt + limits.everyMs);
  const tookMs = last.endedAt - last.startedAt;
  const pauseMs = Math.min(limits.pauseMs.max, Math.max(limits.pauseMs.min, pauseFactor * tookMs));
  return Math.max(gathered, Math.min(last.endedAt + pauseMs, waiting.latest + limits.quietMs));
}
