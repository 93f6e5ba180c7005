/** Reports by the program as its users run it, and their comparison with the truth. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expectedClients, type Truth } from '../../src/simulator/truth.ts';

export type Program = readonly [string, ...string[]];

/** Node on the sources. */
export const sources: Program = [process.execPath, fileURLToPath(new URL('../../src/start.js', import.meta.url))];

export interface Reported {
  readonly input: { readonly files: number; readonly rows: number; readonly servers: readonly { name: string }[] };
  readonly clients: readonly Record<string, unknown>[];
}

export async function report([program, ...first]: Program, ...paths: readonly string[]): Promise<Reported> {
  const { stdout } = await promisify(execFile)(
    program,
    [...first, 'report', ...paths, '--format', 'json', '--no-progress'],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as Reported;
}

/** Every field of every client, but for what an inventory or the order of rows decides. */
export function assertReportsTruth(reported: Reported, truth: Truth): void {
  const unnamed = { status: '', label: '', owner: '', failedUsers: '' };
  assert.deepEqual(
    reported.clients.map((client) => ({ ...client, ...unnamed })),
    expectedClients(truth).map((client) => ({ ...client, ...unnamed })),
  );
}
