/**
 * A Prometheus server of its own for a test: the configuration and rules of this repository, but scraping every second
 * what the test names.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { freePort } from '../broker/free-port.ts';
import { until } from '../processes/until.ts';

const deployed = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface ShownRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  readonly alerts?: readonly {
    readonly state: 'pending' | 'firing';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

interface Configuration {
  readonly global: Record<string, string>;
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly job_name: string }[];
}

export class PrometheusServer implements AsyncDisposable {
  readonly #url: string;
  readonly #targets: string;
  readonly #held: AsyncDisposableStack;

  private constructor(url: string, targets: string, held: AsyncDisposableStack) {
    this.#url = url;
    this.#targets = targets;
    this.#held = held;
  }

  static async start(program: string): Promise<PrometheusServer> {
    await using started = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'straggler-prometheus-'));
    started.defer(async () => await rm(folder, { recursive: true }));
    const targets = join(folder, 'targets.json');
    await writeFile(targets, '[]');
    await writeFile(join(folder, 'prometheus.yml'), await hurriedConfiguration(targets));
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    started.defer(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    await until(
      () => 'Prometheus is ready',
      async () => {
        assert.equal(child.exitCode, null, 'Prometheus ended');
        return await fetch(`http://${address}/-/ready`).then(
          (answer) => answer.ok,
          () => false,
        );
      },
    );
    return new PrometheusServer(`http://${address}`, targets, started.move());
  }

  /** Scrapes these from now on, and nothing else. */
  async scrape(...urls: readonly string[]): Promise<void> {
    const whole = `${this.#targets}.new`;
    await writeFile(whole, JSON.stringify([{ targets: urls.map((url) => new URL(url).host) }]));
    await rename(whole, this.#targets);
  }

  /** What an expression is now. Throws what Prometheus says against it. */
  async query(expr: string): Promise<readonly Sample[]> {
    const asked = new URLSearchParams({ query: expr }).toString();
    return (await this.#get<{ result: readonly Sample[] }>(`/api/v1/query?${asked}`)).result;
  }

  async rules(): Promise<readonly ShownRule[]> {
    const data = await this.#get<{ groups: readonly { rules: readonly ShownRule[] }[] }>('/api/v1/rules');
    return data.groups.flatMap((group) => group.rules);
  }

  async #get<Data>(path: string): Promise<Data> {
    const answer = (await (await fetch(this.#url + path)).json()) as { data?: Data; error?: string };
    if (answer.data === undefined) throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#held.disposeAsync();
  }
}

/** The deployed configuration with every second in place of its intervals, and targets from a file. */
async function hurriedConfiguration(targets: string): Promise<string> {
  const configuration = parse(await readFile(join(deployed, 'prometheus.yml'), 'utf8')) as Configuration;
  assert.deepEqual(
    configuration.scrape_configs.map(({ job_name: name }) => name),
    ['straggler'],
  );
  return stringify({
    ...configuration,
    global: { ...configuration.global, scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: configuration.rule_files.map((file) => join(deployed, file)),
    scrape_configs: configuration.scrape_configs.map(({ job_name: name }) => ({
      job_name: name,
      file_sd_configs: [{ files: [targets], refresh_interval: '1s' }],
    })),
  });
}
