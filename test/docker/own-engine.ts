/**
 * A Docker engine of our own where none answers: in namespaces and a temporary folder, so that nothing of this machine
 * is touched and nothing is left, however it ends. It needs root and Debian's packages, but no image of anybody.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync, rmdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../find-program.ts';
import { until } from '../processes/until.ts';

const script = fileURLToPath(new URL('./engine.sh', import.meta.url));

/** Program -> Debian's package. */
const needed = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  iptables: 'iptables',
  ip: 'iproute2',
  jlink: 'openjdk-17-jdk-headless',
  mmdebstrap: 'mmdebstrap',
  setpriv: 'util-linux',
  unshare: 'util-linux',
} as const;

/** In words why there can be none here; null = it can. */
export function ownEngineObstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'an engine of our own is set up on Linux on x64 only';
  if (process.getuid?.() !== 0) return 'only root can start a Docker engine';
  const missing = Object.entries(needed).filter(([program]) => findProgram(program) === null);
  const packages = new Set(missing.map(([, name]) => name));
  return packages.size === 0 ? null : `Debian's packages ${[...packages].join(', ')} are missing`;
}

/** The group of containers stays where they were ended by force, and is busy until the last of them is gone. */
async function removeGroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(join(path, entry.name));
  }
  await until(`${path} is empty`, () => {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false;
      throw error;
    }
  });
}

/** `outer`: builds reach the network of this machine. `own`: a network with nothing but this engine and the command. */
type Network = 'outer' | 'own';

/** What it holds, its images among them, lasts from one command to the next. */
export class OwnEngine implements AsyncDisposable {
  readonly folder: string;
  #running: ChildProcess | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<OwnEngine> {
    return new OwnEngine(await mkdtemp(join(tmpdir(), 'straggler-docker-')));
  }

  /** Runs a command beside the engine; answers its exit status. */
  async beside(network: Network, command: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
    const spaces = ['--mount', '--pid', ...(network === 'own' ? ['--net'] : []), '--fork', '--kill-child'];
    const entering = ['--pdeathsig', 'KILL', 'unshare', ...spaces, script, this.folder, network, ...command];
    // Ryuk is an image too, and everything here ends with its namespaces.
    const env = { ...environment, TESTCONTAINERS_RYUK_DISABLED: 'true' };
    this.#running = spawn('setpriv', entering, { stdio: 'inherit', env });
    try {
      const [status] = (await once(this.#running, 'exit')) as [number | null];
      return status ?? 1;
    } finally {
      this.#running = null;
    }
  }

  /** Ends what runs beside it, and it. */
  stop(): void {
    this.#running?.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    for (const hierarchy of globSync('/sys/fs/cgroup/{,*/}')) await removeGroup(join(hierarchy, basename(this.folder)));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
