/**
 * Two agents, two collectors and three brokers, with a network between them that delays, cuts and loses answers, while
 * brokers are killed, frozen and shut down, one at a time so that two are left, and leaders move there and back; agents
 * and collectors are killed and frozen meanwhile, and the group of collectors rebalances as often as it flushes.
 * Afterwards every field of every client must equal the truth on both collectors, and on a new one that begins at the
 * first record. Where retention has overtaken the collectors it must equal all that was left, and what was lost is told.
 * Everything is decided by the seed; only how the machine interleaves it is not.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Truth } from '../../src/simulator/truth.ts';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { KafkaCluster } from '../broker/kafka-cluster.ts';
import { assertClients, assertTruth } from '../processes/against-truth.ts';
import { seeded } from '../processes/random.ts';
import { Restartable } from '../processes/restartable.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { Deeds, type Random, stepMs } from './deeds.ts';
import { troubleNetwork } from './network.ts';
import { rebalance } from './rebalances.ts';
import { allWritten, assertAllButLost, overtake } from './retention.ts';
import { answeredOf, Witness } from './witness.ts';

export interface ChaosOptions {
  /** How many times a broker goes; each of the three ways comes once in three rounds. */
  readonly rounds: number;
  /** At the end retention overtakes the collectors, and something is lost. */
  readonly retention?: boolean;
  /** A new group of collectors must come to the same from the first record on. */
  readonly replay?: boolean;
}

export interface ChaosResult {
  /** What was done, in order. */
  readonly deeds: readonly string[];
  readonly rows: number;
  readonly sightings: number;
  /** Rows that retention took before anybody had counted them. */
  readonly rowsLost: number;
}

const startMs = Date.UTC(2026, 10, 20, 9, 30);
const truthDeadlineMs = Number(process.env['TD'] ?? 240_000);
const group = 'straggler';

async function createTopics(...own: readonly string[]): Promise<void> {
  const check = StragglerProcess.start('check', '--create-topics', ...own);
  const { code } = await check.ended;
  assert.equal(code, 0, check.log.join('\n'));
}

export async function kafkaChaos(seed: number, options: ChaosOptions): Promise<ChaosResult> {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-chaos-'));
  try {
    return await wreak(folder, seed, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Line {
  readonly cluster: KafkaCluster;
  /** All processes but the brokers, by what they are called. */
  readonly processes: readonly (readonly [string, Restartable])[];
  readonly collectors: readonly [Restartable, Restartable];
}

async function wreak(folder: string, seed: number, options: ChaosOptions): Promise<ChaosResult> {
  const random = seeded(seed);
  await using cluster = await KafkaCluster.start();
  const brokers = cluster.brokers.join(',');
  await createTopics('--brokers', brokers);
  const logs = join(folder, 'logs');
  using world = createWorld(variedWorld({ directory: logs, seed, startMs, style: roughStyle }));
  world.advanceBy(10 * stepMs);
  const servers = [...new Set(world.truth().sources.map((source) => source.server))];
  const half = Math.ceil(servers.length / 2);
  const agent = (name: string, own: readonly string[]): Restartable => {
    const paths = own.map((server) => join(logs, server));
    const state = join(folder, name);
    return new Restartable(
      ...(['agent', ...paths, '--brokers', brokers, '--name', name, '--state', state, '--read-back', 'all'] as const),
    );
  };
  await using first = agent('one', servers.slice(0, half));
  await using second = agent('two', servers.slice(half));
  await using left = new Restartable('collector', '--brokers', brokers);
  await using right = new Restartable('collector', '--brokers', brokers);
  await Promise.all([left.current.ready(), right.current.ready()]);
  const line: Line = {
    cluster,
    processes: [
      ['agent one', first],
      ['agent two', second],
      ['the left collector', left],
      ['the right collector', right],
    ],
    collectors: [left, right],
  };
  const deeds = new Deeds(world, random);
  try {
    await doRounds(line, deeds, random, seed, options.rounds);
    const witness = new Witness(cluster.brokers);
    if (options.retention === true) await overtake(line.collectors, witness, deeds);
    const deletedTo = new Map(witness.ends);
    world.settle();
    const truth = world.truth();
    const rowsLost = options.retention === true ? await assertRest(line, witness, deletedTo, truth) : 0;
    if (options.retention !== true) {
      for (const { current } of line.collectors) await assertTruth(current, truth, truthDeadlineMs);
    }
    const [one, other] = await Promise.all(line.collectors.map(async ({ current }) => exportOf(current)));
    assert.equal(one, other);
    if (options.replay === true) await replay(folder, brokers, witness, deletedTo, truth);
    const sightings = (one ?? '').split('\r\n').length - 2;
    const summary = (await (await left.current.get('/api/v1/summary')).json()) as { totals: { rows: number } };
    return { deeds: deeds.done, rows: summary.totals.rows, sightings, rowsLost };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const said = await Promise.all(line.processes.map(([name, { current }]) => whatItSays(name, current)));
    const done = `what was done:\n  ${deeds.done.join('\n  ')}`;
    throw new Error(`seed ${seed}: ${text}\n${done}\n${said.join('\n')}`, { cause: error });
  }
}

/** To find out who holds up what: readiness, what waits, and the newest lines of the log. */
async function whatItSays(name: string, process: StragglerProcess): Promise<string> {
  const lines: string[] = [];
  for (const path of ['/readyz', '/metrics']) {
    try {
      const text = await (await process.get(path)).text();
      const wanted = /^straggler_\w*(?:lag_messages|loss|lost|outbox|backlog)\w*\{.* [1-9]/;
      lines.push(...text.split('\n').filter((one) => path === '/readyz' || wanted.test(one)));
    } catch (error) {
      lines.push(`${path}: ${String(error)}`);
    }
  }
  return [`${name}:`, ...lines, ...process.log.slice(-15)].join('\n  ');
}

/** Each round one broker goes, and before it and meanwhile something else happens: all kinds in turn. */
async function doRounds(line: Line, deeds: Deeds, random: Random, seed: number, rounds: number): Promise<void> {
  const { cluster, processes } = line;
  const ways = ['kill', 'freeze', 'stop'];
  const kinds = [
    () => deeds.strike(processes),
    () =>
      troubleNetwork(
        cluster.proxies,
        random,
        (ms) => deeds.pass(ms),
        (deed) => deeds.note(deed),
      ),
    () => rebalances(line, deeds, random),
  ];
  const deed = async (turn: number): Promise<void> => await kinds[turn % kinds.length]?.();
  for (let round = 0; round < rounds; round++) {
    const id = 1 + random.below(cluster.nodes.length);
    const way = ways[(round + seed) % ways.length] ?? 'kill';
    await deed(round + seed);
    // A strike in every round, in the half where the broker is there or in the other.
    await deeds.withoutBroker(way, cluster, id, () => ((round + seed) % 3 === 0 ? deed(1 + random.below(2)) : deed(0)));
  }
}

async function rebalances({ cluster }: Line, deeds: Deeds, random: Random): Promise<void> {
  const times = 3 + random.below(4);
  deeds.note(`${times} rebalances, one after the other`);
  for (let time = 0; time < times; time++) {
    if (!(await rebalance(cluster.brokers, group))) deeds.note('one of them was not let in');
    await deeds.pass(random.below(1000));
  }
}

async function assertRest(
  { collectors }: Line,
  witness: Witness,
  deletedTo: ReadonlyMap<number, number>,
  truth: Truth,
): Promise<number> {
  const rows = truth.clients.reduce((sum, client) => sum + client.rows, 0);
  await allWritten(witness, rows, truthDeadlineMs);
  const processes = collectors.map(({ current }) => current);
  return await assertAllButLost(processes, witness, deletedTo, truthDeadlineMs);
}

/** A collector of a new group, with a state of its own, reads everything that is in the log. */
async function replay(
  folder: string,
  brokers: string,
  witness: Witness,
  deletedTo: ReadonlyMap<number, number>,
  truth: Truth,
): Promise<void> {
  const config = join(folder, 'replay.yaml');
  await writeFile(config, 'kafka: { group: replay, topics: { state: replay.state } }\n');
  await createTopics('--config', config, '--brokers', brokers);
  await using collector = StragglerProcess.start('collector', '--config', config, '--brokers', brokers);
  await collector.ready();
  if (deletedTo.size === 0) return await assertTruth(collector, truth, truthDeadlineMs);
  const gone = new Map([...deletedTo].map(([partition, to]) => [partition, { from: 0, to }]));
  await assertClients(collector, answeredOf(witness.events(gone)), truthDeadlineMs);
}

async function exportOf(collector: StragglerProcess): Promise<string> {
  return await (await collector.get('/api/v1/export.csv')).text();
}
