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

function agentOf(seed: number): FakeAgent {
  return new FakeAgent({ server: 'EX01', partitions, seed });
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
  const agent = agentOf(2);
  const first = agent.slices(10, 40, 60);
  await topics.publish(first);
  await using old = collector(topics, ['flushing']);
  await old.reached('flushing', partitions);
  await replaceFrozen(topics, old, agent, first);
});

test('a collector frozen while it owns writes nothing after it was replaced', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(3);
  const first = agent.slices(5, 40, 60);
  await topics.publish(first);
  await using old = collector(topics);
  await shows('the owner', old, first);
  old.hold('sent');
  const second = agent.slices(5, 40, 60);
  await topics.publish(second);
  await old.reached('sent', 2 * partitions);
  await replaceFrozen(topics, old, agent, [...first, ...second]);
});

/** Freezes `old` where it is held, lets another one count on, thaws it, and looks at both. */
async function replaceFrozen(
  topics: TestTopics,
  old: CollectorProcess,
  agent: FakeAgent,
  before: readonly WireChunk[],
): Promise<void> {
  old.signal('SIGSTOP');
  const frozenAt = Date.now();
  await using next = collector(topics);
  await next.reached('loaded', partitions);
  console.log(`# takeover after SIGSTOP: ${Date.now() - frozenAt} ms`);
  const meanwhile = agent.slices(5, 40, 60);
  await topics.publish(meanwhile);
  await shows('the new owner', next, [...before, ...meanwhile]);

  const thawed = old.passed.length;
  old.release();
  old.signal('SIGCONT');
  await until('the frozen one to be assigned again', () => old.passed.slice(thawed).some(isFencing));
  const afterwards = old.passed.slice(thawed);
  const writtenOnWaking = afterwards.slice(0, afterwards.findIndex(isFencing)).filter(isCommitted);
  assert.deepEqual(writtenOnWaking, [], 'the frozen one committed nothing of its old time');
  const later = agent.slices(5, 40, 60);
  await topics.publish(later);
  const chunks = [...before, ...meanwhile, ...later];
  await shows('the new owner, later', next, chunks);
  await shows('the frozen one, later', old, chunks);
}

function isFencing({ name }: { readonly name: string }): boolean {
  return name === 'fencing';
}

function isCommitted({ name }: { readonly name: string }): boolean {
  return name === 'committed';
}

test('kill -9 at any moment loses and doubles nothing', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(5);
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

test('a collector that is stopped hands over at once, with nothing left to read again', async (t) => {
  await using topics = await arrange(t);
  if (topics === null) return;
  const agent = agentOf(6);
  await using one = collector(topics);
  await one.ready();
  await using two = collector(topics);
  await two.reached('loaded');
  const first = agent.slices(5, 40, 60);
  await topics.publish(first);
  await shows('the first one', one, first);
  const stopMs = await one.stop();
  console.log(`# a stop took ${Math.round(stopMs)} ms`);
  assert.ok(stopMs < 5000, `a stop took ${stopMs} ms`);
  const second = agent.slices(5, 40, 60);
  await topics.publish(second);
  await shows('the second one', two, [...first, ...second]);
  assert.deepEqual((await two.answer()).losses, []);
});
