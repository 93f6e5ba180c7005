/** What processes cost. CPU seconds rather than time, because a machine is seldom alone. Linux only: reads /proc. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Usage {
  readonly cpuSeconds: number;
  /** Largest resident memory so far, bytes. */
  readonly peakBytes: number;
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** What a running process has cost by now. */
export function usageOf(pid: number): Usage {
  // The name of the program, in parentheses, may hold blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuSeconds: ticks / ticksPerSecond, peakBytes: statusBytes(pid, 'VmHWM') };
}

export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

export function openHandles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function statusBytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

const atExit = fileURLToPath(new URL('usage-at-exit.ts', import.meta.url));

export interface Run extends Usage {
  readonly seconds: number;
}

/** Runs a Node program to its end; throws when it fails. */
export async function runNode(...command: readonly string[]): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'straggler-usage-'));
  const file = join(directory, 'usage.json');
  try {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--import', atExit, ...command], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, STRAGGLER_BENCH_USAGE: file },
    });
    const code = await ended(child);
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, ...(JSON.parse(readFileSync(file, 'utf8')) as Usage) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
