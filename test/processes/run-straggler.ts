import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs a command of the program to its end. Not `spawnSync`: what it asks may run in this process. */
export async function runStraggler(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [start, ...args], { stdio: 'pipe' });
  const text = { out: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text.out += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (text.errors += piece));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, ...text };
}
