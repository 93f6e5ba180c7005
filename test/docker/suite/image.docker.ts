/** The program's image, built by its Dockerfile, with no more rights than deploy/compose.yaml gives it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { until } from '../../processes/until.ts';
import { docker } from '../docker-command.ts';
import { StragglerContainer } from '../straggler-container.ts';
import { hardened, image, revision } from '../tested-image.ts';

const locked = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>;
};

/** Runs the program once, without any network. */
function once(options: readonly string[], ...command: readonly string[]) {
  const typed = ['run', '--rm', '--network=none', ...hardened, ...options, image, ...command];
  return spawnSync('docker', typed, { encoding: 'utf8' });
}

/** Runs a script by the image's Node, and answers what it says. */
function inside(script: string): unknown {
  const { status, stdout, stderr } = once(['--entrypoint=node'], '-e', script);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Logs of an hour, which the image's user can read but not change. */
function logs(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const world = createWorld(variedWorld({ directory: folder, seed: 1, startMs: Date.UTC(2026, 10, 20, 9, 30) }));
  t.after(() => world[Symbol.dispose]());
  world.advanceBy(600_000);
  world.settle();
  return { world, mount: `--volume=${folder}:/logs:ro` };
}

test('it says its version', () => {
  const { status, stdout, stderr } = once([], '--version');
  assert.deepEqual([status, stdout, stderr], [0, `${locked.version}\n`, '']);
});

test('without a command it shows its help', () => {
  const { status, stdout } = once([]);
  assert.equal(status, 0);
  assert.match(stdout, /Usage: straggler/);
});

test('check looks at logs that are mounted, and names what is missing', (t) => {
  const { mount } = logs(t);
  const good = once([mount], 'check', '/logs');
  assert.equal(good.status, 0, good.stdout + good.stderr);
  const bad = once([mount], 'check', '/nowhere');
  assert.equal(bad.status, 2, bad.stdout + bad.stderr);
  assert.match(bad.stdout + bad.stderr, /\/nowhere/);
});

test('it is not root, has no capability, and can write nowhere but to its state, its logs and /tmp', () => {
  const script = `
    const fs = require('node:fs');
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    const writable = [];
    const look = (folder) => {
      for (const entry of fs.readdirSync(folder + '/', { withFileTypes: true })) {
        const path = folder + '/' + entry.name;
        if (['/proc', '/sys', '/dev'].includes(path) || entry.isSymbolicLink()) continue;
        try { fs.accessSync(path, fs.constants.W_OK); writable.push(path); } catch {}
        if (entry.isDirectory()) try { look(path); } catch {}
      }
    };
    look('');
    console.log(JSON.stringify({
      user: [process.getuid(), process.getgid()],
      capabilities: [...status.matchAll(/^Cap(?:Prm|Eff|Bnd):\\s*(\\w+)$/gm)].map(([, mask]) => BigInt('0x' + mask).toString()),
      writable,
    }));`;
  assert.deepEqual(inside(script), {
    user: [1000, 1000],
    capabilities: ['0', '0', '0'],
    writable: ['/tmp', '/var/lib/straggler'],
  });
});

test('it holds production dependencies and sources, and nothing else of the project', () => {
  const { app, sources, packages } = inside(`
    const { globSync, readdirSync } = require('node:fs');
    const packages = globSync('/app/node_modules/**/package.json').map((path) => path.slice(5, -13));
    console.log(JSON.stringify({ app: readdirSync('/app').sort(), sources: readdirSync('/app/src'), packages }));
  `) as { app: string[]; sources: string[]; packages: string[] };
  assert.deepEqual(app, ['LICENSE', 'node_modules', 'package.json', 'src']);
  assert.ok(sources.includes('start.js'));
  for (const [name, { dev = false, optional = false }] of Object.entries(locked.packages)) {
    if (name !== '') assert.equal(packages.includes(name), !dev && !optional, name);
  }
});

interface Inspected {
  readonly Size: number;
  readonly Config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}

test('neither its history nor its settings tell how it was built: no registry, no secret', (t) => {
  const history = docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', image);
  const inspected = JSON.parse(docker('inspect', '--format', '{{json .}}', image)) as Inspected;
  const texts = [
    history,
    JSON.stringify(inspected.Config),
    JSON.stringify(inside('console.log(JSON.stringify(process.env))')),
  ];
  for (const text of texts) {
    assert.doesNotMatch(text, /registry|npm ci|NPM_CONFIG|_auth|token|password|secret/i);
  }
  assert.equal(inspected.Config.User, '1000:1000');
  assert.equal(inspected.Config.Labels['org.opencontainers.image.revision'], revision);
  t.diagnostic(`${Math.round(inspected.Size / 1e6)} MB in ${inspected.RootFS.Layers.length} layers`);
});

test('it follows logs exactly, keeps its state in its volume, and ends by SIGTERM before it would be killed', async (t) => {
  const { world, mount } = logs(t);
  const volume = `straggler-state-${randomUUID().slice(0, 8)}`;
  t.after(() => docker('volume', 'rm', '--force', volume));
  const options = [mount, `--volume=${volume}:/var/lib/straggler`, '--health-interval=1s'];
  const command = ['run', '/logs', '--read-back', 'all'] as const;
  {
    await using container = new StragglerContainer(options, ...command);
    await container.ready();
    await assertTruth(container, world.truth());
    await until('it is healthy', () => container.state.Health.Status === 'healthy');
    assert.equal((await container.get('/livez')).status, 200);
    assert.match(await (await container.get('/metrics')).text(), /^straggler_build_info\{.*a1b2c3d.*\} 1$/m);
    assert.equal(container.stop().ExitCode, 143, container.log.join('\n'));
  }
  world.advanceBy(600_000);
  world.settle();
  await using container = new StragglerContainer(options, ...command);
  await container.ready();
  await assertTruth(container, world.truth());
  assert.equal(container.stop().ExitCode, 143, container.log.join('\n'));
});

test('where it does not serve, its health says so', async () => {
  const options = [
    '--health-interval=1s',
    '--health-retries=1',
    '--health-start-period=1s',
    '--env=STRAGGLER_HEALTH_URL=http://127.0.0.1:9/livez',
  ];
  await using container = new StragglerContainer(options, 'demo');
  await until('it is unhealthy', () => container.state.Health.Status === 'unhealthy', 60_000);
});
