/** deploy/compose.yaml as it is, but for Prometheus and Grafana: from simulated logs over Kafka to the collector. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { storyServers } from '../../../src/simulator/story.ts';
import { findProgram } from '../../find-program.ts';
import { until } from '../../processes/until.ts';
import { missing } from '../../require.ts';
import { docker, run } from '../docker-command.ts';

const file = fileURLToPath(new URL('../../../deploy/compose.yaml', import.meta.url));
const services = ['kafka', 'topics', 'simulate', 'agent', 'collector'] as const;
const collector = 'http://127.0.0.1:9471';
const agent = 'http://127.0.0.1:9472';

interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
  };
  readonly RestartCount: number;
}

interface Summary {
  readonly totals: { readonly clients: number };
  readonly servers: readonly { readonly name: string; readonly role: string | null }[];
}

/** Null while nothing answers there. */
async function ask(url: string): Promise<unknown> {
  const answer = await fetch(url).catch(() => null);
  return answer?.ok === true ? await answer.json() : null;
}

test('the Compose file brings up the whole line, hardened, and takes it down in order', async (t) => {
  if (findProgram('docker-compose') === null) return missing(t, 'docker-compose (Debian: docker-compose)');
  const project = `straggler-${randomUUID().slice(0, 8)}`;
  const compose = (...typed: readonly string[]): string =>
    run('docker-compose', ['--project-name', project, '--file', file, ...typed]);
  const inspect = (service: (typeof services)[number]): Inspected => {
    const id = docker(
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `label=com.docker.compose.project=${project}`,
      '--filter',
      `label=com.docker.compose.service=${service}`,
    );
    return JSON.parse(docker('inspect', '--format', '{{json .}}', id)) as Inspected;
  };
  t.after(() => compose('down', '--volumes', '--timeout=1'));
  compose('up', '--detach', '--no-build', ...services);

  let summary: Summary | null = null;
  await until(
    () => `the collector shows clients of all servers: ${JSON.stringify(summary)}`,
    async () => {
      summary = (await ask(`${collector}/api/v1/summary`)) as Summary | null;
      return (summary?.totals.clients ?? 0) > 0 && summary?.servers.length === storyServers.length;
    },
    90_000,
  );
  const { servers } = (await ask(`${collector}/api/v1/summary`)) as Summary;
  assert.deepEqual(
    servers.map(({ name, role }) => [name, role]),
    storyServers.map(({ name, role }) => [name, role]),
  );
  assert.notEqual(await ask(`${agent}/status`), null);
  for (const name of ['kafka', 'agent', 'collector'] as const) {
    await until(`${name} is healthy`, () => inspect(name).State.Health?.Status === 'healthy', 60_000);
  }
  for (const name of services) {
    const { HostConfig, RestartCount } = inspect(name);
    assert.equal(RestartCount, 0, name);
    assert.deepEqual(
      [HostConfig.ReadonlyRootfs, HostConfig.CapDrop, HostConfig.SecurityOpt],
      [true, ['ALL'], ['no-new-privileges:true']],
      name,
    );
  }
  assert.deepEqual([inspect('topics').State.Status, inspect('topics').State.ExitCode], ['exited', 0]);
  // 137 would be the end by force after ten seconds.
  compose('stop', 'collector', 'agent', 'simulate');
  for (const name of ['collector', 'agent', 'simulate'] as const) assert.equal(inspect(name).State.ExitCode, 143, name);
});
