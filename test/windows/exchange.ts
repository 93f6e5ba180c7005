/** Some minutes of a server farm's logs, and what they say, for tests that write them again in ways of their own. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Truth } from '../../src/simulator/truth.ts';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { HeldLog, type Sharing, sharing } from './win32.ts';

export const startMs = Date.UTC(2026, 10, 20, 9, 30);

/** Writes them below a folder; Wine is slow at small appends, so there are not many. */
export function writeLogs(directory: string, minutes: number): Truth {
  using world = createWorld(variedWorld({ directory, seed: 1, startMs, style: { ...roughStyle, mode: 'batch' } }));
  world.advanceBy(minutes * 60_000);
  world.settle();
  return world.truth();
}

export interface WrittenLog {
  /** Below the folder. */
  readonly path: string;
  readonly bytes: Buffer;
}

export async function readLogs(directory: string): Promise<WrittenLog[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(
    paths.toSorted().map(async (path) => ({ path: path.slice(directory.length + 1), bytes: await readFile(path) })),
  );
}

/** Folder and prefix of a log: what its period begins at is cut off. */
function seriesOf(path: string): string {
  return path.replace(/\d{4,}[^\\/]*$/, '');
}

/** Whether a log is the last one of its service, which is the one that is held open. */
export function isNewest(path: string, logs: readonly WrittenLog[]): boolean {
  return logs.findLast((log) => seriesOf(log.path) === seriesOf(path))?.path === path;
}

/** Opens a log below a folder, as Exchange does where nothing else is said. */
export async function holdLog(
  directory: string,
  { path }: WrittenLog,
  share: Sharing = sharing.read,
): Promise<HeldLog> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  return new HeldLog(join(directory, path), share);
}
