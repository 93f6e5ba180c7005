import { isCompressed } from './byte-source.ts';
import type { InputFile } from './input-file.ts';

/** A file of an older period that has not changed for this long gets no more rows. */
const quietMs = 3_600_000;

/**
 * The files that will not grow any more, so that a last row without its line end is read: a newer period of the same
 * prefix exists beside them, and they have been quiet for an hour. Exchange writes late rows into the old file.
 * Nothing is added to a compressed file.
 */
export function finishedFiles(files: readonly InputFile[], now: number): ReadonlySet<InputFile> {
  const newest = new Map<string, number>();
  for (const { folder, name } of files) {
    if (name === null) continue;
    const series = `${folder}\t${name.prefix}`;
    newest.set(series, Math.max(newest.get(series) ?? Number.NEGATIVE_INFINITY, name.periodStart));
  }
  return new Set(
    files.filter(({ path, folder, name, changedAt }) => {
      if (isCompressed(path)) return true;
      const last = name === null ? undefined : newest.get(`${folder}\t${name.prefix}`);
      return name !== null && last !== undefined && name.periodStart < last && now - changedAt >= quietMs;
    }),
  );
}
