/** What the program says to wrong input: one sentence that names what, where and what to do. No stack, exit status 1. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../broker/free-port.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { requireBroker } from '../require.ts';

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'straggler-sentences-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function said(...own: readonly string[]): { status: number | null; stderr: string; stdout: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [start, ...own], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.doesNotMatch(stderr, /^\s+at /m, 'a sentence, not a stack');
  return { status, stderr, stdout };
}

test('an unknown command or flag names the one that was meant', () => {
  const command = said('colector');
  assert.equal(command.status, 1);
  assert.match(command.stderr, /unknown command 'colector'\n\(Did you mean collector\?\)/);
  const flag = said('run', '/logs', '--inventroy', 'x');
  assert.equal(flag.status, 1);
  assert.match(flag.stderr, /unknown option '--inventroy'\n\(Did you mean --inventory\?\)/);
});

test('an unknown key of the configuration file is named with its line', () => {
  const configuration = file('unknown-key.yaml', 'kafka:\n  brokres: [a:9092]\n');
  const { status, stderr } = said('run', '/logs', '--config', configuration);
  assert.equal(status, 1);
  assert.ok(
    stderr.includes(`${configuration}:2: there is no setting "kafka.brokres"; did you mean "brokers"?`),
    stderr,
  );
});

test('nothing to follow says how to name something', () => {
  const { status, stderr } = said('run');
  assert.equal(status, 1);
  assert.match(stderr, /There is nothing to follow: no PATH was given, and agent\.logs is not set\./);
  assert.match(stderr, /Name a folder of logs, as in: straggler run/);
});

test('a report on a path that is missing names it; beside one that is there it exits with 3', () => {
  const absent = join(folder, 'absent');
  const alone = said('report', absent, '--format', 'json');
  assert.equal(alone.status, 1);
  assert.ok(alone.stderr.includes(`${absent} does not exist`), alone.stderr);
  const log = file('POP320261120-1.LOG', '');
  const { status, stderr, stdout } = said('report', log, absent, '--format', 'json', '--server', `EX01=${log}`);
  assert.equal(status, 3);
  assert.ok(stderr.includes(`${absent} does not exist`), stderr);
  const report = JSON.parse(stdout) as { schema: string; input: { problems: { path: string }[] } };
  assert.equal(report.schema, 'straggler.report.v1');
  assert.ok(report.input.problems.some((problem) => problem.path === absent));
});

test('a bad line of the inventory is named with its number', () => {
  const inventory = file('inventory.csv', 'cidr,label,owner,contact,expires,state,note\n10.0.0.999,x,,,,known,\n');
  const { status, stderr } = said('run', folder, '--inventory', inventory, '--state', join(folder, 'state'));
  assert.equal(status, 1);
  assert.match(stderr, /cannot be used:\n.*line 2: .*10\.0\.0\.999/);
});

test('a port that is in use names the flag', async (t) => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  const own = ['run', folder, '--listen', `127.0.0.1:${port}`, '--state', join(folder, 'state-port')];
  const { status, stderr } = said(...own);
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port} is already in use\\.`));
  assert.match(stderr, /--listen HOST:PORT/);
});

test('an address that others can reach is refused unless it is asked for', () => {
  const { status, stderr } = said('run', folder, '--listen', '0.0.0.0:0', '--state', join(folder, 'state-open'));
  assert.equal(status, 1);
  assert.match(stderr, /neither TLS nor authentication/);
  assert.match(stderr, /--allow-insecure-listen/);
});

test('no broker named says how to name one, and what works without', () => {
  for (const command of [['agent', folder], ['collector']]) {
    const { status, stderr } = said(...command);
    assert.equal(status, 1);
    assert.match(stderr, /No broker was named\./);
    assert.match(stderr, /--brokers HOST:PORT/);
  }
});

test('a collector without a broker says so, is not ready, and waits', async () => {
  const port = await freePort();
  await using collector = StragglerProcess.start('collector', '--brokers', `127.0.0.1:${port}`);
  const answer = await collector.get('/readyz');
  assert.equal(answer.status, 503);
  await until('it has said what it waits for', () => collector.log.length > 1);
  await collector.signal('SIGTERM');
  const { code } = await collector.ended;
  assert.equal(code, 143, collector.log.join('\n'));
  assert.ok(
    collector.log.some((line) => line.includes(`waiting for the broker at 127.0.0.1:${port}`)),
    collector.log.join('\n'),
  );
});

test('a missing topic is named with the command that makes it', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const configuration = file(
    'topics.yaml',
    'kafka:\n  topics: {connections: absent.connections, state: absent.state, agents: absent.agents}\n',
  );
  const brokers = broker.brokers.join(',');
  const collector = said('collector', '--brokers', brokers, '--config', configuration, '--listen', '127.0.0.1:0');
  assert.equal(collector.status, 1);
  assert.match(collector.stderr, /absent\.connections/);
  assert.match(collector.stderr, /straggler check --create-topics/);
  const check = said('check', '--brokers', brokers, '--config', configuration);
  assert.equal(check.status, 2);
  assert.match(check.stdout, /PROBLEM +The topic absent\.state does not exist\./);
});
