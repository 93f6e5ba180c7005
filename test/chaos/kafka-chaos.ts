/**
 * Two agents, two collectors and three brokers while brokers are killed, frozen and shut down, one at a time so that
 * two are left, and leaders move there and back; agents and collectors are killed and frozen meanwhile. Afterwards
 * every field of every client must equal the truth on both collectors. Everything is decided by the seed; only how the
 * machine interleaves it is not.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';
import { KafkaCluster } from '../broker/kafka-cluster.ts';
import type { LocalKafka } from '../broker/local-kafka.ts';
import { assertTruth } from '../processes/against-truth.ts';
import { seeded } from '../processes/random.ts';
import { Restartable } from '../processes/restartable.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';

export interface ChaosResult {
  /** What was done, in order. */
  readonly deeds: readonly string[];
  readonly rows: number;
  readonly sightings: number;
}

type Random = ReturnType<typeof seeded>;

const startMs = Date.UTC(2026, 10, 20, 9, 30);
const stepMs = 60_000;
const truthDeadlineMs = 240_000;

/** Longer than the brokers' and the collectors' sessions: leaders move, partitions are taken over. */
const frozenMs = 7500;

class Chaos {
  readonly deeds: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #began = Date.now();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  note(deed: string): void {
    this.deeds.push(`${((Date.now() - this.#began) / 1000).toFixed(1)} s ${deed}`);
  }

  /** The logs grow meanwhile. */
  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    await until('the time is over', () => {
      this.#world.advanceBy(this.#random.below(stepMs / 4));
      return Date.now() > end;
    });
  }

  /** One process of the line is killed, or stands still for a while. */
  async strike(processes: readonly (readonly [string, Restartable])[]): Promise<void> {
    const [name, victim] = this.#random.pick(processes);
    if (this.#random.below(3) > 0) {
      this.note(`kill ${name}`);
      await victim.killAndStart();
      return;
    }
    this.note(`freeze ${name}`);
    const { current } = victim;
    await current.signal('SIGSTOP');
    await this.pass(1000 + this.#random.below(frozenMs));
    await current.signal('SIGCONT');
    this.note(`thaw ${name}`);
  }

  /** One broker goes by `way`; the rest of the line is struck while it is away; then it comes back. */
  async withoutBroker(way: string, node: LocalKafka, id: number, meanwhile: () => Promise<void>): Promise<void> {
    this.note(`${way} broker ${id}`);
    if (way === 'kill') await node.kill();
    else if (way === 'stop') await node.stop();
    else node.freeze();
    await this.pass(this.#random.below(1500));
    await meanwhile();
    if (way === 'freeze') {
      await this.pass(frozenMs);
      node.thaw();
    } else {
      await node.restart();
    }
    this.note(`broker ${id} is back`);
    // Until it is in sync again no other may go.
    await this.pass(4000 + this.#random.below(4000));
  }
}

async function createTopics(brokers: string): Promise<void> {
  const check = StragglerProcess.start('check', '--brokers', brokers, '--create-topics');
  const { code } = await check.ended;
  assert.equal(code, 0, check.log.join('\n'));
}

/** `rounds`: how many times a broker goes; each of the three ways comes once in three rounds. */
export async function kafkaChaos(seed: number, rounds: number): Promise<ChaosResult> {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-chaos-'));
  try {
    return await wreak(folder, seed, rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function wreak(folder: string, seed: number, rounds: number): Promise<ChaosResult> {
  const random = seeded(seed);
  await using cluster = await KafkaCluster.start();
  const brokers = cluster.brokers.join(',');
  await createTopics(brokers);
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
  const processes = [
    ['agent one', first],
    ['agent two', second],
    ['the left collector', left],
    ['the right collector', right],
  ] as const;
  const chaos = new Chaos(world, random);
  const ways = ['kill', 'freeze', 'stop'];
  try {
    for (let round = 0; round < rounds; round++) {
      const id = 1 + random.below(cluster.nodes.length);
      const node = cluster.nodes[id - 1];
      const way = ways[(round + seed) % ways.length] ?? 'kill';
      assert.ok(node !== undefined);
      await chaos.strike(processes);
      await chaos.withoutBroker(way, node, id, () => chaos.strike(processes));
    }
    world.settle();
    const truth = world.truth();
    await assertTruth(left.current, truth, truthDeadlineMs);
    await assertTruth(right.current, truth, truthDeadlineMs);
    const [one, other] = await Promise.all([exportOf(left.current), exportOf(right.current)]);
    assert.equal(one, other);
    const sightings = one.split('\r\n').length - 2;
    const summary = (await (await left.current.get('/api/v1/summary')).json()) as { totals: { rows: number } };
    return { deeds: chaos.deeds, rows: summary.totals.rows, sightings };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${text}\nwhat was done:\n  ${chaos.deeds.join('\n  ')}`, { cause: error });
  }
}

async function exportOf(collector: StragglerProcess): Promise<string> {
  return await (await collector.get('/api/v1/export.csv')).text();
}
