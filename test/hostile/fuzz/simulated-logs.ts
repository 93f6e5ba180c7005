/** The first bytes of logs as the simulator writes them: ordinary ones and odd ones. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';

const bytesOfEach = 3072;

export function simulatedLogs(): Buffer[] {
  const directory = mkdtempSync(join(tmpdir(), 'straggler-fuzz-'));
  try {
    const startMs = Date.UTC(2026, 10, 20, 9);
    const world = createWorld(variedWorld({ directory, seed: 1, startMs, style: roughStyle }));
    world.advanceTo(startMs + 15 * 60_000);
    world.close();
    const oneOfEachFolder = new Map(
      globSync('**/*.LOG', { cwd: directory })
        .toSorted()
        .map((path) => [dirname(path), path] as const),
    );
    return [...oneOfEachFolder.values()].map((path) => readFileSync(join(directory, path)).subarray(0, bytesOfEach));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
