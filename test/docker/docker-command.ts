/** The client of Docker, which finds its engine through DOCKER_HOST as everybody's does. */
import { spawnSync } from 'node:child_process';

/** What it wrote to standard output; throws with all it said where it fails. */
export function docker(...typed: readonly string[]): string {
  return run('docker', typed);
}

export function run(program: string, typed: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, typed, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${typed.join(' ')} failed (${status}):\n${stdout}${stderr}`);
  return stdout.trim();
}

export function engineAnswers(): boolean {
  return spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;
}
