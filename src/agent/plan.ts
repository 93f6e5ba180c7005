/**
 * What is read, and in which order? Decided from names and from what our own reads have shown; sizes and times of
 * directory entries decide nothing.
 */
import type { LogFileName } from '../exchange-log/file-name.ts';

/** Files of one folder and one prefix follow each other; the last of them is the one that is written. */
export interface Named {
  readonly path: string;
  readonly folder: string;
  readonly name: LogFileName;
}

export function byAge(left: Named, right: Named): number {
  return (
    left.name.periodStart - right.name.periodStart ||
    left.name.sequence - right.name.sequence ||
    (left.path < right.path ? -1 : left.path > right.path ? 1 : 0)
  );
}

/** A period that begins this long before the horizon proves that the periods before it ended in time. */
const horizonMarginMs = 3_600_000;

export interface Plan<File extends Named> {
  /** In order of age, oldest first. */
  readonly followed: readonly File[];
  /** The newest of each series. */
  readonly newest: ReadonlySet<File>;
  /** The newest and the one before it. */
  readonly recent: ReadonlySet<File>;
  /** Too old to be read back. */
  readonly skipped: number;
}

/**
 * A name gives the start of a file's period only, which may be an hour, a month or for ever. So a file is skipped
 * only when a later period of its series begins well before the horizon; the newest is always followed.
 *
 * @param horizon rows before it are not wanted, milliseconds; null = all are
 */
export function plan<File extends Named>(files: readonly File[], horizon: number | null): Plan<File> {
  const followed: File[] = [];
  const newest = new Set<File>();
  const recent = new Set<File>();
  for (const series of seriesOf(files)) {
    for (const file of series.slice(-1)) newest.add(file);
    for (const file of series.slice(-2)) recent.add(file);
    const first = horizon === null ? 0 : firstWanted(series, horizon - horizonMarginMs);
    for (let index = first; index < series.length; index++) {
      const file = series[index];
      if (file !== undefined) followed.push(file);
    }
  }
  return { followed: followed.toSorted(byAge), newest, recent, skipped: files.length - followed.length };
}

/** Each series in order of age. */
function seriesOf<File extends Named>(files: readonly File[]): File[][] {
  const bySeries = new Map<string, File[]>();
  for (const file of files) {
    const key = `${file.folder}\n${file.name.prefix}`;
    const series = bySeries.get(key);
    if (series === undefined) bySeries.set(key, [file]);
    else series.push(file);
  }
  return [...bySeries.values()].map((series) => series.toSorted(byAge));
}

/** Index of the first file of the last period that begins at or before `time`. */
function firstWanted(series: readonly Named[], time: number): number {
  let start = Number.NEGATIVE_INFINITY;
  for (const { name } of series) if (name.periodStart <= time) start = Math.max(start, name.periodStart);
  const index = series.findIndex(({ name }) => name.periodStart >= start);
  return index < 0 ? 0 : index;
}

/**
 * How long an older file at its end is left alone. Rows of a connection that closes late go to the old file after the
 * new one has begun, seldom more than a minute later; files that were old when the agent came get nothing any more.
 *
 * @param quietMs since it last grew, or stopped being the newest
 * @param isRecent one of the two newest, or was the newest while we looked
 */
export function probeDelayMs(quietMs: number, isRecent: boolean): number {
  if (isRecent && quietMs < 2 * 60_000) return 0;
  if (isRecent && quietMs < 3_600_000) return 60_000;
  return quietMs < 86_400_000 ? 10 * 60_000 : 3_600_000;
}
