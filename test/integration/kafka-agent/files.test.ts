/**
 * The whole agent on real files, killed between storing and publishing: what happens to a file, a server or the rules
 * before the next start changes nothing of what was read.
 */
import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { until } from '../../processes/until.ts';
import { header } from '../agent/following.ts';
import { requireLine } from './line.ts';
import type { Line } from './line.ts';
import { ownTopics, stateFolder } from './own-topics.ts';
import type { OwnTopics } from './own-topics.ts';
import { countOnce, readChunks } from './read-topic.ts';

const fileName = 'POP32026112010-1.LOG';

function row(session: string, user: string): string {
  return `2026-11-20T10:00:01.204Z,${session},0,10.0.0.1:995,10.1.2.3:51234,${user},39,0,53,pass,*****,R=ok\r\n`;
}

function rows(prefix: string, from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => row(`${prefix}${from + index}`, 'alice')).join('');
}

function names(prefix: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${prefix}${from + index}`);
}

class Host {
  readonly #folder: string;
  readonly #line: Line;
  readonly #topics: OwnTopics;

  constructor(folder: string, line: Line, topics: OwnTopics) {
    this.#folder = folder;
    this.#line = line;
    this.#topics = topics;
  }

  log(server: string): string {
    return join(this.#folder, server, 'Logging', 'Pop3', fileName);
  }

  async append(server: string, text: string): Promise<void> {
    await mkdir(join(this.log(server), '..'), { recursive: true });
    const there = await stat(this.log(server)).catch(() => null);
    await appendFile(this.log(server), there === null ? header + text : text);
  }

  async removeServer(server: string): Promise<void> {
    await rm(join(this.#folder, server), { recursive: true });
  }

  async startAgent(servers: readonly string[], privacy = 'keep'): Promise<StragglerProcess> {
    const config = join(this.#folder, `${privacy}.yaml`);
    const settings = { kafka: { topics: this.#topics.plan.names }, privacy: { users: privacy } };
    await writeFile(config, JSON.stringify(settings));
    const paths = servers.map((server) => join(this.#folder, server));
    const brokers = this.#line.brokers.join(',');
    const more = ['--brokers', brokers, '--state', join(this.#folder, 'state'), '--config', config];
    return StragglerProcess.start('agent', ...paths, ...more, '--read-back', 'all');
  }

  /** Until every byte of these servers' logs is in the agent's state. */
  async untilStored(agent: StragglerProcess, servers: readonly string[]): Promise<void> {
    let bytes = 0;
    for (const server of servers) bytes += (await stat(this.log(server))).size;
    let said = '';
    await until(
      () => `${bytes} bytes are stored; it says ${said}`,
      async () => {
        said = await (await agent.get('/status')).text();
        return (JSON.parse(said) as { agent: { bytes: { durable: number } } }).agent.bytes.durable === bytes;
      },
    );
  }

  async published(): Promise<{ session: string; users: readonly string[] }[]> {
    const { events } = countOnce(await readChunks(this.#topics.kafka, this.#topics.plan.names.connections));
    return events.map(({ session, users }) => ({ session: session ?? '', users }));
  }

  /** Until these sessions have been published, each once, and no other. */
  async untilPublished(sessions: readonly string[]): Promise<void> {
    await until(
      `${sessions.length} sessions are published`,
      async () => (await this.published()).length >= sessions.length,
    );
    const found = (await this.published()).map(({ session }) => session);
    assert.deepEqual(found.toSorted(), [...sessions].toSorted());
  }
}

/** Ten sessions of each server are published, ten more are stored and could not be published, and the agent is killed. */
async function killedHost(t: TestContext, servers: readonly string[]): Promise<{ line: Line; host: Host } | null> {
  const line = await requireLine(t);
  if (line === null) return null;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  const host = new Host(await stateFolder(t), line, topics);
  for (const server of servers) await host.append(server, rows(server, 0, 10));
  await using agent = await host.startAgent(servers);
  await host.untilPublished(servers.flatMap((server) => names(server, 0, 10)));
  line.proxy.down();
  for (const server of servers) await host.append(server, rows(server, 10, 20));
  await host.untilStored(agent, servers);
  await agent.signal('SIGKILL');
  return { line, host };
}

test('a file that is deleted between the crash and the next start has its rows published', async (t) => {
  const killed = await killedHost(t, ['EX01']);
  if (killed === null) return;
  const { line, host } = killed;
  await rm(host.log('EX01'));
  line.proxy.up();
  await using agent = await host.startAgent(['EX01']);
  await host.untilPublished(names('EX01', 0, 20));
  assert.ok(agent.isRunning);
});

test('a file that is written anew between the crash and the next start has its old and its new rows published', async (t) => {
  const killed = await killedHost(t, ['EX01']);
  if (killed === null) return;
  const { line, host } = killed;
  await rm(host.log('EX01'));
  await host.append('EX01', rows('new', 0, 50));
  line.proxy.up();
  await using agent = await host.startAgent(['EX01']);
  await host.untilPublished([...names('EX01', 0, 20), ...names('new', 0, 50)]);
  assert.ok(agent.isRunning);
});

test('a server that is gone for good after the crash has what was read published, and so has the other', async (t) => {
  const killed = await killedHost(t, ['EX01', 'EX02']);
  if (killed === null) return;
  const { line, host } = killed;
  await host.append('EX01', rows('EX01', 20, 30));
  await host.append('EX02', rows('EX02', 20, 30));
  await host.removeServer('EX02');
  line.proxy.up();
  await using agent = await host.startAgent(['EX01', 'EX02']);
  await host.untilPublished([...names('EX01', 0, 30), ...names('EX02', 0, 20)]);
  assert.ok(agent.isRunning);
});

test('rules that change between the crash and the next start hold for what is read from then on', async (t) => {
  const killed = await killedHost(t, ['EX01']);
  if (killed === null) return;
  const { line, host } = killed;
  await host.append('EX01', rows('EX01', 20, 30));
  line.proxy.up();
  await using agent = await host.startAgent(['EX01'], 'drop');
  await host.untilPublished(names('EX01', 0, 30));
  const named = (await host.published()).filter(({ users }) => users.length > 0).map(({ session }) => session);
  assert.deepEqual(named.toSorted(), names('EX01', 0, 20).toSorted());
  assert.ok(agent.isRunning);
});

test('an agent that is asked to stop while the broker hangs ends in its time, and loses nothing', async (t) => {
  const line = await requireLine(t);
  if (line === null) return;
  const topics = ownTopics(t, line.brokers);
  await topics.create();
  const host = new Host(await stateFolder(t), line, topics);
  await host.append('EX01', rows('EX01', 0, 10));
  {
    await using agent = await host.startAgent(['EX01']);
    await host.untilPublished(names('EX01', 0, 10));
    process.kill(line.kafka.pid, 'SIGSTOP');
    t.after(() => process.kill(line.kafka.pid, 'SIGCONT'));
    await host.append('EX01', rows('EX01', 10, 20));
    await host.untilStored(agent, ['EX01']);
    void agent.signal('SIGTERM');
    // Its own limit is 5 s; a request that hangs would hold it for 15.
    await until('it has ended', () => !agent.isRunning, 10_000);
    assert.equal((await agent.ended).code, 143, agent.log.join('\n'));
  }
  process.kill(line.kafka.pid, 'SIGCONT');
  await using agent = await host.startAgent(['EX01']);
  await host.untilPublished(names('EX01', 0, 20));
  assert.ok(agent.isRunning);
});
