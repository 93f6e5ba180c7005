/** One collector at a real broker on topics of its own: the set-up that the tests of this folder share. */
import type { TestContext } from 'node:test';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import type { KafkaCounting, KafkaCountingOptions } from '../../../src/delivery/kafka/collect/collect.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { requireBroker } from '../../require.ts';
import { FakeAgent } from './fake-agent.ts';
import type { WireChunk } from './fake-agent.ts';
import { Seen } from './seen.ts';
import { TestTopics } from './topics.ts';
import { assertEqualFacts, factsOf, truthOf } from './truth.ts';
import { until } from './until.ts';

export const partitions = 3;

export async function arrange(t: TestContext): Promise<TestTopics | null> {
  const broker = await requireBroker(t);
  return broker === null ? null : TestTopics.create(broker.brokers, partitions);
}

export function agentOf(seed: number): FakeAgent {
  return new FakeAgent({ server: 'EX01', partitions, seed });
}

export function eventsOf(chunks: readonly WireChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.events.length, 0);
}

export async function counted(seen: Seen, events: number): Promise<void> {
  await until(`${events} events, ${seen.results.accepted} came`, () => seen.results.accepted >= events);
}

export function assertShows(seen: Seen, ...parts: readonly (readonly WireChunk[])[]): void {
  assertEqualFacts(factsOf(seen.sightings.values()), truthOf(parts.flat().flatMap((chunk) => chunk.events)), 'shown');
}

export function count(topics: TestTopics, seen: Seen, group = 'g'): KafkaCounting {
  return createKafkaCounting(optionsOf(topics, seen, group));
}

/** Publishes, and lets a collector count it that is gone again afterwards. */
export async function publishAndCount(topics: TestTopics, chunks: readonly WireChunk[]): Promise<void> {
  await topics.publish(chunks);
  const seen = new Seen();
  await using counting = count(topics, seen);
  await counting.ready;
  await counted(seen, eventsOf(chunks));
}

export function optionsOf(topics: TestTopics, seen: Seen, group = 'g'): KafkaCountingOptions {
  return {
    brokers: topics.brokers,
    group: `${topics.names.state}-${group}`,
    topics: topics.names,
    committed: seen,
    reports: seen,
    observer: seen,
    clock: systemClock,
    logger: silentLogger,
  };
}
