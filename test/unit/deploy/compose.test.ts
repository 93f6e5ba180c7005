import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { parse } from 'yaml';
import { storyBalancers, storyServers } from '../../../src/simulator/story.ts';
import { findProgram } from '../../find-program.ts';
import { missing } from '../../require.ts';
import { type Service, compose, composePath, services } from './compose-file.ts';
import { deployFolder } from './rule-file.ts';

const start = fileURLToPath(new URL('../../../src/start.js', import.meta.url));
const ours = services.filter(([, service]) => service.image.includes('STRAGGLER_IMAGE'));

function straggler(...typed: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [start, ...typed], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Bind mounts: path on this machine, path inside, options. */
function mounts({ volumes = [] }: Service): { source: string; target: string; readOnly: boolean }[] {
  return volumes.map((text) => {
    const [source = '', target = '', options = ''] = text.split(':');
    return { source, target, readOnly: options === 'ro' };
  });
}

/** The port that the rest of the world of containers reaches a service at. */
function servedPort(name: string): string {
  const [published] = compose.services[name]?.ports ?? [];
  return published?.split(':').at(-1) ?? '';
}

test('the file is valid for docker-compose', (t) => {
  const program = findProgram('docker-compose');
  if (program === null) return missing(t, 'docker-compose (Debian: docker-compose)');
  const checked = spawnSync(program, ['-f', composePath, 'config', '--quiet'], { encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stderr], [0, '']);
});

test('it holds the whole line', () => {
  assert.deepEqual(
    services.map(([name]) => name),
    ['kafka', 'topics', 'simulate', 'agent', 'collector', 'prometheus', 'grafana'],
  );
});

test('every service and volume that is named exists, and every volume is used', () => {
  const used = new Set<string>();
  for (const [name, service] of services) {
    for (const other of Object.keys(service.depends_on ?? {}))
      assert.ok(other in compose.services, `${name}: ${other}`);
    for (const { source } of mounts(service)) if (!source.startsWith('.')) used.add(source);
  }
  assert.deepEqual([...used].toSorted(), Object.keys(compose.volumes).toSorted());
});

test('every file that is mounted or built from exists, and is mounted read-only', () => {
  for (const [name, service] of services) {
    for (const { source, readOnly } of mounts(service).filter((mount) => mount.source.startsWith('.'))) {
      assert.ok(existsSync(resolve(deployFolder, source)), `${name}: there is no ${source}`);
      assert.ok(readOnly, `${name}: ${source} can be written`);
    }
    if (service.build !== undefined) {
      const context = resolve(deployFolder, service.build.context);
      assert.ok(existsSync(join(context, 'Dockerfile')), name);
      const dockerfile = readFileSync(join(context, 'Dockerfile'), 'utf8');
      for (const [argument, value] of Object.entries(service.build.args)) {
        assert.match(value, new RegExp(String.raw`^\$\{${argument}:-`));
        const fallback = value.slice(value.indexOf(':-') + 2, -1);
        assert.ok(dockerfile.includes(`ARG ${argument}=${fallback}\n`), `Dockerfile: ARG ${argument}=${fallback}`);
      }
    }
  }
});

test('images have a version, and can be named by whoever has a registry of his own', () => {
  for (const [name, { image }] of services) {
    assert.match(image, /^\$\{[A-Z]+_IMAGE:-(?:straggler|[\w./-]+:v?\d+\.\d+\.\d+)\}$/, name);
  }
});

test('the commands exist, with every flag that is given', () => {
  for (const [name, { command = [] }] of ours) {
    const [word = '', ...rest] = command;
    const help = straggler(word, '--help');
    const flags = rest.filter((text) => text.startsWith('--'));
    for (const flag of flags) assert.match(help, new RegExp(`^ +${flag}\\b`, 'm'), `${name}: ${flag}`);
  }
  assert.deepEqual(
    ours.map(([, { command }]) => command?.[0]),
    ['check', 'simulate', 'agent', 'collector'],
  );
});

test("the collector's configuration is valid, and knows the simulated servers", () => {
  const path = join(deployFolder, 'compose/collector.yaml');
  straggler('config', 'print', '--config', path);
  const written = parse(readFileSync(path, 'utf8')) as {
    servers: Record<string, { role: string }>;
    balancers: string[];
    inventory: string;
    kafka: { brokers: string[] };
  };
  assert.deepEqual(
    Object.entries(written.servers).map(([server, { role }]) => [server, role]),
    storyServers.map(({ name, role }) => [name, role]),
  );
  assert.deepEqual(written.balancers, storyBalancers);
  const targets = mounts(compose.services['collector']!).map(({ target }) => target);
  assert.ok(targets.includes(written.inventory));
  assert.deepEqual(written.kafka.brokers, ['kafka:9092']);
});

test('the inventory is accepted by check', () => {
  straggler('check', '--inventory', join(deployFolder, 'compose/known-clients.csv'));
});

test('ports are published on loopback only, where the services listen', () => {
  for (const [name, { ports = [], command = [] }] of services) {
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/, name);
    const listen = command[command.indexOf('--listen') + 1];
    if (!command.includes('--listen')) continue;
    assert.equal(listen, `0.0.0.0:${servedPort(name)}`, name);
    assert.ok(command.includes('--allow-insecure-listen'), name);
  }
  assert.equal(servedPort('agent'), '9472');
  assert.match(compose.services['agent']?.environment?.['STRAGGLER_HEALTH_URL'] ?? '', /:9472\/livez$/);
});

test('every part finds the next one: brokers, scrape target, data source, dashboards', () => {
  const { KAFKA_ADVERTISED_LISTENERS: advertised } = compose.services['kafka']!.environment!;
  assert.equal(advertised, 'PLAINTEXT://kafka:9092');
  for (const name of ['topics', 'agent']) {
    const { command = [] } = compose.services[name]!;
    assert.equal(command[command.indexOf('--brokers') + 1], 'kafka:9092', name);
  }
  const read = (path: string): unknown => parse(readFileSync(resolve(deployFolder, path), 'utf8'));
  const prometheus = read('prometheus/prometheus.yml') as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  assert.deepEqual(prometheus.scrape_configs[0]?.static_configs[0]?.targets, [`collector:${servedPort('collector')}`]);
  const { datasources } = read('../grafana/provisioning/datasources/straggler.yaml') as {
    datasources: { url: string }[];
  };
  assert.equal(datasources[0]?.url, `http://prometheus:${servedPort('prometheus')}`);
  const { providers } = read('../grafana/provisioning/dashboards/straggler.yaml') as {
    providers: { options: { path: string } }[];
  };
  const grafana = compose.services['grafana']!;
  const dashboards = mounts(grafana).find(({ source }) => source === '../grafana/dashboards');
  assert.equal(providers[0]?.options.path, dashboards?.target);
  assert.equal(grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'], `${dashboards?.target}/wall.json`);
});

test('agent and simulator share the logs, which the agent cannot write', () => {
  const logs = (name: string) => mounts(compose.services[name]!).find(({ source }) => source === 'logs');
  assert.deepEqual(logs('simulate'), { source: 'logs', target: '/logs', readOnly: false });
  assert.deepEqual(logs('agent'), { source: 'logs', target: '/logs', readOnly: true });
  for (const name of ['simulate', 'agent']) assert.ok(compose.services[name]!.command!.includes('/logs'), name);
});

test('no container has rights it does not need', () => {
  for (const [name, service] of services) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.privileged ?? service.network_mode, undefined, name);
    const oneShot = name === 'topics';
    assert.equal(service.restart, oneShot ? 'no' : 'unless-stopped', name);
  }
});

test('a command that does not serve has no health check, and one that serves has', () => {
  for (const [name, { healthcheck, command }] of ours) {
    assert.equal(healthcheck?.disable === true, !command!.includes('--listen'), name);
  }
});

test('nothing secret is written down', () => {
  for (const [name, { environment = {} }] of services) {
    for (const key of Object.keys(environment))
      assert.doesNotMatch(key, /PASSWORD|SECRET|TOKEN|KEY/i, `${name}: ${key}`);
  }
});
