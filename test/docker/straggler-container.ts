/** The program's image as a container that serves, with no more rights than it needs. */
import { spawnSync } from 'node:child_process';
import { until } from '../processes/until.ts';
import { docker } from './docker-command.ts';
import { hardened, image } from './tested-image.ts';

interface State {
  readonly Status: string;
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Health: { readonly Status: string; readonly Log: readonly { readonly ExitCode: number }[] };
}

const port = '9471';

export class StragglerContainer implements AsyncDisposable {
  readonly id: string;

  /** `options` of `docker run` besides the hardening. */
  constructor(options: readonly string[], ...command: readonly string[]) {
    const published = `--publish=127.0.0.1::${port}`;
    const listening = ['--listen', `0.0.0.0:${port}`, '--allow-insecure-listen', '--log-format', 'json'];
    this.id = docker('run', '--detach', published, ...hardened, ...options, image, ...command, ...listening);
  }

  get log(): string[] {
    const { stdout, stderr } = spawnSync('docker', ['logs', this.id], { encoding: 'utf8' });
    return `${stdout}${stderr}`.trim().split('\n');
  }

  get state(): State {
    return JSON.parse(docker('inspect', '--format', '{{json .State}}', this.id)) as State;
  }

  async get(path: string): Promise<Response> {
    return await fetch(`http://${docker('port', this.id, port)}${path}`);
  }

  async ready(): Promise<void> {
    await until(
      () => `it is ready; its log:\n${this.log.slice(-20).join('\n')}`,
      async () => {
        if (this.state.Status !== 'running') throw new Error(`it ended:\n${this.log.join('\n')}`);
        return await this.get('/readyz').then(
          ({ ok }) => ok,
          () => false,
        );
      },
      60_000,
    );
  }

  /** As an orchestrator stops it: SIGTERM, and after five seconds SIGKILL (exit status 137). */
  stop(): State {
    docker('stop', '--time=5', this.id);
    return this.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    docker('rm', '--force', '--volumes', this.id);
  }
}
