/** The program as its users run it: a child process of its own, started by its command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class StragglerProcess implements AsyncDisposable {
  /** Resolves when the process is gone. */
  readonly ended: Promise<ProcessEnd>;
  /** What it wrote to standard error, by line. */
  readonly log: string[] = [];
  readonly #child: ChildProcess;
  #end: ProcessEnd | null = null;
  #url: string | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
      });
    });
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.log.push(line);
        // Services say it in their log, the demo to whoever watches.
        const [, logged, told] = /"url":"(https?:[^"]+)"|live page +(https?:\S+)\/$/.exec(line) ?? [];
        this.#url ??= logged ?? told ?? null;
      });
    }
  }

  /** Serving commands get any free port, and log as JSON. */
  static start(command: string, ...more: readonly string[]): StragglerProcess {
    return StragglerProcess.startProgram([process.execPath, start], command, ...more);
  }

  /** The same with another program, such as the one-file executable. */
  static startProgram(
    [program, ...first]: readonly [string, ...string[]],
    command: string,
    ...more: readonly string[]
  ): StragglerProcess {
    const serving = ['run', 'agent', 'collector', 'demo'].includes(command);
    const own = serving ? ['--listen', '127.0.0.1:0', '--log-format', 'json'] : [];
    const child = spawn(program, [...first, command, ...more, ...own], {
      stdio: [more.includes('--stop-on-stdin-end') ? 'pipe' : 'ignore', 'ignore', 'pipe'],
    });
    return new StragglerProcess(child);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the process did not start');
    return pid;
  }

  get isRunning(): boolean {
    return this.#end === null;
  }

  /** Where it serves; throws with its log when it ends before it does. */
  async url(): Promise<string> {
    await until('it serves', () => {
      if (this.#url === null && this.#end !== null) throw new Error(`it ended first:\n${this.log.join('\n')}`);
      return this.#url !== null;
    });
    return this.#url ?? '';
  }

  async get(path: string): Promise<Response> {
    return await fetch(`${await this.url()}${path}`);
  }

  async ready(deadlineMs = 60_000): Promise<void> {
    const url = await this.url();
    let last = '';
    await until(
      () => `it is ready; it says ${last}; its log:\n${this.log.slice(-20).join('\n')}`,
      async () => {
        const answer = await fetch(`${url}/readyz`);
        last = await answer.text();
        return answer.ok;
      },
      deadlineMs,
    );
  }

  /** For what was started with `--stop-on-stdin-end`. */
  async endInput(): Promise<ProcessEnd> {
    this.#child.stdin?.end();
    return await this.ended;
  }

  /** Sends a signal, and for those that end it waits for the end. */
  async signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill(name);
    if (name !== 'SIGSTOP' && name !== 'SIGCONT') await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signal('SIGKILL');
  }
}
