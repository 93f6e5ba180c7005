/** Folders for one test of the suite, on a drive and on a share of Windows, removed afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { missing } from '../require.ts';

async function folderIn(t: TestContext, parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'straggler-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

/** In the system's folder for temporary files. */
export async function localFolder(t: TestContext): Promise<string> {
  return await folderIn(t, tmpdir());
}

/** On the drive or share that this variable of the environment names; null = there is none, and the test is skipped. */
export async function folderOn(
  t: TestContext,
  variable: 'STRAGGLER_TEST_DRIVE' | 'STRAGGLER_TEST_SHARE',
): Promise<string | null> {
  const parent = process.env[variable];
  if (parent !== undefined) return await folderIn(t, parent);
  missing(t, `${variable} is not set`);
  return null;
}
