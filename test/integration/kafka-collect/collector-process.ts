/**
 * A collector in a process of its own, so that it can be frozen and killed. It tells its parent of every checkpoint,
 * and waits at those that it was told to hold.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Loss } from '../../../src/delivery/counting.ts';
import type { Checkpoint } from '../../../src/delivery/kafka/collect/context.ts';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import type { TopicNames } from '../../../src/delivery/kafka/topics.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { decodeSighting, encodeSighting } from '../../../src/sighting/codec.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { Logger } from '../../../src/telemetry/logger.ts';
import { Seen } from './seen.ts';
import { factsOf } from './truth.ts';
import type { Facts } from './truth.ts';
import { until } from './until.ts';

interface Settings {
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topics: TopicNames;
}

type ToChild =
  | { readonly hold: Checkpoint }
  | { readonly release: true }
  | { readonly ask: number }
  | { readonly stop: true };

interface Passed {
  readonly name: Checkpoint;
  readonly partition: number;
  readonly at: number;
}

interface Answer {
  readonly sightings: readonly string[];
  readonly losses: readonly Loss[];
  readonly ready: boolean;
  readonly accepted: number;
  readonly connected: boolean;
  readonly reasons: readonly string[];
}

type ToParent =
  | { readonly passed: Passed }
  | { readonly answer: Answer; readonly ask: number }
  | { readonly ready: true };

export class CollectorProcess implements AsyncDisposable {
  readonly passed: Passed[] = [];
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, Answer>();
  #asks = 0;

  constructor(settings: Settings, holds: readonly Checkpoint[] = []) {
    this.#child = fork(fileURLToPath(import.meta.url), [JSON.stringify({ settings, holds })], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: ToParent) => {
      if ('passed' in message) this.passed.push(message.passed);
      if ('answer' in message) this.#answers.set(message.ask, message.answer);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  hold(name: Checkpoint): void {
    this.#tell({ hold: name });
  }

  /** Lets everything go on that waits at a checkpoint, and holds nothing from then on. */
  release(): void {
    this.#tell({ release: true });
  }

  count(name: Checkpoint, since = 0): number {
    return this.passed.filter((passed) => passed.name === name && passed.at >= since).length;
  }

  async reached(name: Checkpoint, times = 1, since = 0): Promise<void> {
    await until(`${times} times ${name}`, () => this.count(name, since) >= times);
  }

  async answer(): Promise<Answer> {
    const ask = ++this.#asks;
    this.#tell({ ask });
    await until('an answer of the collector', () => this.#answers.has(ask));
    const answer = this.#answers.get(ask);
    assert.ok(answer);
    return answer;
  }

  async facts(): Promise<Record<string, Facts>> {
    const { sightings } = await this.answer();
    return factsOf(sightings.map((text) => decodeSighting(text)));
  }

  async ready(): Promise<void> {
    await until('the collector to be ready', async () => (await this.answer()).ready);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** A clean stop; answers how long it took. */
  async stop(): Promise<number> {
    const began = performance.now();
    this.#tell({ stop: true });
    await this.#gone();
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#gone();
  }

  async #gone(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
  }

  #tell(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message);
  }
}

function runChild(text: string): void {
  const { settings, holds } = JSON.parse(text) as { settings: Settings; holds: Checkpoint[] };
  const held = new Set<Checkpoint>(holds);
  const waiting: (() => void)[] = [];
  const seen = new Seen();
  let ready = false;
  const tell = (message: ToParent): void => void process.send?.(message);
  const counting = createKafkaCounting({
    brokers: settings.brokers,
    group: settings.group,
    topics: settings.topics,
    committed: seen,
    reports: seen,
    observer: seen,
    clock: systemClock,
    logger: process.env['STRAGGLER_TEST_LOG'] === undefined ? silentLogger : printing(String(process.pid)),
    checkpoint: async (name, partition) => {
      tell({ passed: { name, partition, at: Date.now() } });
      if (held.has(name)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  });
  counting.ready.then(
    () => (ready = true),
    () => {},
  );
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: ToChild) => {
    if ('hold' in message) held.add(message.hold);
    if ('release' in message) {
      held.clear();
      for (const resolve of waiting.splice(0)) resolve();
    }
    if ('ask' in message) {
      const sightings = [...seen.sightings.values()].map(encodeSighting);
      const { connected, reasons } = counting.status();
      const accepted = seen.results.accepted + seen.results.late;
      tell({ ask: message.ask, answer: { sightings, losses: seen.losses, ready, accepted, connected, reasons } });
    }
    if ('stop' in message) void counting[Symbol.asyncDispose]().then(() => process.exit(0));
  });
}

function printing(name: string): Logger {
  const print = (fields: object, message: string): void => console.error(name, message, JSON.stringify(fields));
  return { debug: () => {}, info: print, warn: print, error: print, child: () => printing(name) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runChild(process.argv[2] ?? '');
