/**
 * Several collectors in processes of their own, frozen and killed at the worst moments. Afterwards every one that
 * lives must show exactly what was published. Each test names the rule that it can see broken.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { requireBroker } from '../../require.ts';
import { CollectorProcess } from './collector-process.ts';
import { FakeAgent } from './fake-agent.ts';
import type { WireChunk } from './fake-agent.ts';
import { TestTopics } from './topics.ts';
import { assertEqualFacts, truthOf } from './truth.ts';
import { until } from './until.ts';

const partitions = 2;

async function arrange(t: TestContext): Promise<TestTopics | null> {
  const broker = await requireBroker(t);
  return broker === null ? null : TestTopics.create(broker.brokers, partitions);
}

function collector(
  topics: TestTopics,
  holds: ConstructorParameters<typeof CollectorProcess>[1] = [],
): CollectorProcess {
  return new CollectorProcess({ brokers: topics.brokers, group: topics.names.state, topics: topics.names }, holds);
}

async function shows(who: string, process: CollectorProcess, chunks: readonly WireChunk[]): Promise<void> {
  const expected = truthOf(chunks.flatMap((chunk) => chunk.events));
  const rows = (facts: object): number =>
    Object.values(facts).reduce((sum: number, { rows: own }: { rows: number }) => sum + own, 0);
  // All rows have come, or too many: the comparison says which.
  await until(`${who} to show everything`, async () => rows(await process.facts()) >= rows(expected));
  assertEqualFacts(await process.facts(), expected, who);
}

test('a collector frozen between loading and its first flush writes nothing after it was replaced', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 2 });
  const chunks = agent.slices(10, 40, 60);
  await topics.publish(chunks);

  await using old = collector(topics, ['flushing']);
  await old.reached('flushing', partitions);
  old.signal('SIGSTOP');
  const frozenAt = Date.now();
  await using next = collector(topics);
  await next.reached('committed', partitions);
  console.log(
    `takeover after SIGSTOP: ${Math.max(...next.passed.filter((p) => p.name === 'loaded').map((p) => p.at)) - frozenAt} ms`,
  );
  old.release();
  old.signal('SIGCONT');
  await shows('the new owner', next, chunks);
  await shows('the frozen one', old, chunks);
  const more = agent.slices(5, 40, 60);
  await topics.publish(more);
  await shows('the new owner, later', next, [...chunks, ...more]);
  await shows('the frozen one, later', old, [...chunks, ...more]);
});

test('a collector frozen while it owns writes nothing after it was replaced', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 3 });
  const first = agent.slices(5, 40, 60);
  await topics.publish(first);
  await using old = collector(topics);
  await old.reached('committed', partitions);
  await shows('the owner', old, first);
  old.hold('sent');
  const second = agent.slices(5, 40, 60);
  await topics.publish(second);
  await old.reached('sent', 2 * partitions);
  old.signal('SIGSTOP');
  const frozenAt = Date.now();
  await using next = collector(topics);
  await next.reached('committed', partitions);
  console.log(
    `takeover after SIGSTOP: ${Math.max(...next.passed.filter((p) => p.name === 'loaded').map((p) => p.at)) - frozenAt} ms`,
  );
  old.release();
  old.signal('SIGCONT');
  const chunks = [...first, ...second, ...agent.slices(5, 40, 60)];
  await topics.publish(chunks.slice(first.length + second.length));
  await shows('the new owner', next, chunks);
  await shows('the frozen one', old, chunks);
});

test('a position is taken only after its predecessor is fenced', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 4 });
  const first = agent.slices(5, 40, 60);
  await topics.publish(first);
  await using old = collector(topics);
  await shows('the owner', old, first);
  // The old one is frozen with a transaction that only needs its commit; the new one waits before it fences.
  old.hold('flushing');
  const second = agent.slices(5, 40, 60);
  await topics.publish(second);
  await old.reached('flushing', 2 * partitions);
  old.signal('SIGSTOP');
  await using next = collector(topics, ['fencing']);
  await next.reached('fencing', partitions);
  old.release();
  old.signal('SIGCONT');
  await old.reached('sent', 2 * partitions);
  await shows('the old owner', old, [...first, ...second]).catch(() => {});
  next.release();
  const third = agent.slices(5, 40, 60);
  await topics.publish(third);
  const chunks = [...first, ...second, ...third];
  await shows('the new owner', next, chunks);
  await shows('the old owner', old, chunks);
});

test('kill -9 at any moment loses and doubles nothing', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = new FakeAgent({ server: 'EX01', partitions, seed: 5 });
  const chunks: WireChunk[] = [];
  const publish = async (): Promise<void> => {
    const more = agent.slices(4, 40, 60);
    chunks.push(...more);
    await topics.publish(more);
  };
  await using survivor = collector(topics);
  await survivor.ready();
  for (const moment of ['sent', 'committed'] as const) {
    await using victim = collector(topics);
    await victim.reached('loaded');
    victim.hold(moment);
    const reached = victim.reached(moment, victim.count(moment) + 1);
    await publish();
    await reached;
    await victim.kill();
    await publish();
    await shows('the survivor', survivor, chunks);
  }
  assert.ok(chunks.length > 0);
});
