/** Agents on one broker, each with logs of its own: how long they need to ship all of them. */
import { globSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicNames } from '../../src/delivery/kafka/topics.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { type Run, usageOf } from './usage.ts';

export interface Fleet {
  /** One folder of logs for each agent. They are moved to where the agent looks, and back. */
  readonly logs: readonly string[];
  readonly brokers: readonly string[];
  readonly topics: TopicNames;
  /** For states, settings and what the agents follow. */
  readonly directory: string;
  readonly deadlineMs: number;
}

const lookEveryMs = 50;

/** What it costs to ship, from the moment at which the logs stand where agents that are ready already look. */
export async function shipByAgents({ logs, brokers, topics, directory, deadlineMs }: Fleet): Promise<Run> {
  mkdirSync(directory, { recursive: true });
  const settings = join(directory, 'agent.yaml');
  writeFileSync(settings, `kafka: ${JSON.stringify({ brokers, topics })}\n`);
  const fleet = logs.map((folder, index) => {
    const followed = join(directory, `followed-${index}`);
    mkdirSync(followed);
    const bytes = globSync(join(folder, '*/*/*.LOG')).reduce((sum, file) => sum + statSync(file).size, 0);
    const state = join(directory, `state-${index}`);
    const more = ['--config', settings, '--state', state, '--read-back', 'all'];
    return {
      folder,
      inPlace: join(followed, 'logs'),
      bytes,
      agent: StragglerProcess.start('agent', followed, ...more),
    };
  });
  try {
    await Promise.all(fleet.map(({ agent }) => agent.ready(deadlineMs)));
    const cpu = (): number => fleet.reduce((sum, { agent }) => sum + usageOf(agent.pid).cpuSeconds, 0);
    const [startedAt, cpuBefore] = [performance.now(), cpu()];
    for (const { folder, inPlace } of fleet) renameSync(folder, inPlace);
    for (const { agent, bytes } of fleet) await until('all is acknowledged', () => isShipped(agent, bytes), deadlineMs);
    const seconds = (performance.now() - startedAt) / 1000;
    const peakBytes = Math.max(...fleet.map(({ agent }) => usageOf(agent.pid).peakBytes));
    return { seconds, cpuSeconds: cpu() - cpuBefore, peakBytes };
  } finally {
    for (const { agent } of fleet) await agent[Symbol.asyncDispose]();
    for (const { folder, inPlace } of fleet) renameSync(inPlace, folder);
  }
}

async function isShipped(agent: StragglerProcess, bytes: number): Promise<boolean> {
  await sleep(lookEveryMs);
  const status = (await (await agent.get('/status')).json()) as {
    readonly agent: { readonly bytes: { readonly durable: number } };
    readonly delivery: { readonly chunksWaiting: number };
  };
  return status.agent.bytes.durable >= bytes && status.delivery.chunksWaiting === 0;
}
