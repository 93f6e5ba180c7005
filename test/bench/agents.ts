/** Agents on one broker, each with logs of its own: how long they need to ship all of them. */
import { existsSync, globSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
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

interface Member {
  readonly folder: string;
  /** Where its agent finds it. */
  readonly inPlace: string;
  readonly bytes: number;
  readonly agent: StragglerProcess;
}

const lookEveryMs = 50;

/** What it costs to ship, from the moment at which the logs stand where agents that are ready already look. */
export async function shipByAgents({ logs, brokers, topics, directory, deadlineMs }: Fleet): Promise<Run> {
  mkdirSync(directory, { recursive: true });
  const settings = join(directory, 'agent.yaml');
  writeFileSync(settings, `kafka: ${JSON.stringify({ brokers, topics })}\n`);
  const members: Member[] = [];
  try {
    for (const [index, folder] of logs.entries()) {
      const member = started(folder, join(directory, `${index}`), settings);
      members.push(member);
      // One after the other: a start takes a processor for a while.
      await member.agent.ready(deadlineMs);
    }
    const cpu = (): number => members.reduce((sum, { agent }) => sum + usageOf(agent.pid).cpuSeconds, 0);
    const [startedAt, cpuBefore] = [performance.now(), cpu()];
    for (const { folder, inPlace } of members) renameSync(folder, inPlace);
    for (const { agent, bytes } of members) {
      await until('all is acknowledged', () => isShipped(agent, bytes), deadlineMs);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const peakBytes = Math.max(...members.map(({ agent }) => usageOf(agent.pid).peakBytes));
    return { seconds, cpuSeconds: cpu() - cpuBefore, peakBytes };
  } finally {
    for (const { agent } of members) await agent[Symbol.asyncDispose]();
    for (const { folder, inPlace } of members) if (existsSync(inPlace)) renameSync(inPlace, folder);
  }
}

function started(folder: string, own: string, settings: string): Member {
  const followed = join(own, 'followed');
  mkdirSync(followed, { recursive: true });
  const bytes = globSync(join(folder, '*/*/*.LOG')).reduce((sum, file) => sum + statSync(file).size, 0);
  const more = ['--config', settings, '--state', join(own, 'state'), '--read-back', 'all'];
  return { folder, inPlace: join(followed, 'logs'), bytes, agent: StragglerProcess.start('agent', followed, ...more) };
}

async function isShipped(agent: StragglerProcess, bytes: number): Promise<boolean> {
  await sleep(lookEveryMs);
  const status = (await (await agent.get('/status')).json()) as {
    readonly agent: { readonly bytes: { readonly durable: number } };
    readonly delivery: { readonly chunksWaiting: number };
  };
  return status.agent.bytes.durable >= bytes && status.delivery.chunksWaiting === 0;
}
