/** An agent whose state was rolled back or copied finds out by the reports in the topic, and begins its lanes anew. */
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { test } from 'node:test';
import { Collector } from '../../../src/collector/collector.ts';
import { KnownClientsBook } from '../../../src/collector/known-clients.ts';
import { createKafkaCounting } from '../../../src/delivery/kafka/collect/collect.ts';
import type { AgentSide } from '../../../src/delivery/kafka/open-agent-delivery.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { until } from '../../processes/until.ts';
import { requireBroker } from '../../require.ts';
import { agentReport, collectorSettings, laneReport } from '../../unit/collector/fixtures.ts';
import { handed } from './lane-slices.ts';
import { ownTopics, stateFolder } from './own-topics.ts';
import { countOnce, readChunks, readTopic } from './read-topic.ts';

/** What an agent says of its one lane. */
function report({ delivery, reports }: AgentSide, lane: string, startedAt: number): void {
  const { lane: wire = lane, ledger, replaces } = delivery.lane(lane);
  const said = laneReport({ lane: wire, ledger, ...(replaces === undefined ? {} : { replaces }) });
  reports.accept(agentReport([said], { agent: delivery.state.agent, startedAt, at: Date.now() }));
}

async function deliver({ delivery }: AgentSide, lane: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await delivery.deliver(...handed(lane, number));
  await delivery.drain(10_000);
}

test('an agent on a rolled-back state begins its lane anew, drops nothing and goes on where the state stands', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await topics.create();
  const [directory, backup] = [await stateFolder(t), await stateFolder(t)];
  {
    await using side = await topics.agent(directory);
    await deliver(side, 'history-1', [0, 1]);
  }
  await cp(directory, backup, { recursive: true });
  {
    await using side = await topics.agent(directory);
    await deliver(side, 'history-1', [2, 3]);
    report(side, 'lane-history-1', 1000);
    await until(
      'the report is there',
      async () => (await readTopic(topics.kafka, topics.plan.names.agents)).length > 0,
    );
  }
  const said: string[] = [];
  const logger = { ...silentLogger, error: (_: object, text: string) => void said.push(text) };
  {
    await using side = await topics.agent(backup, logger);
    await until('it has noticed', () => side.delivery.lane('lane-history-1').replaces !== undefined);
    assert.equal(side.delivery.lane('lane-history-1').replaces?.reason, 'rolled back');
    assert.equal(side.delivery.state.agent, (await topicAgent(topics)) ?? '');
    await deliver(side, 'history-1', [2]);
  }
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^This state was rolled back: it has published more than it knows, and/);
  // The next start of all knows it, and has no reason to do it again.
  await using side = await topics.agent(backup, logger);
  await deliver(side, 'history-1', [3, 4]);
  const chunks = await readChunks(topics.kafka, topics.plan.names.connections);
  const { lane = '' } = side.delivery.lane('lane-history-1');
  const slices = (wire: string): Set<number> =>
    new Set(chunks.filter(({ headers }) => headers.lane === wire).map(({ headers }) => headers.slice));
  const numbers = (handedOver: readonly number[]): Set<number> =>
    new Set(handedOver.filter((number) => handed('history-1', number)[1].length > 0).map((_, index) => index + 1));
  assert.deepEqual([slices('lane-history-1'), slices(lane)], [numbers([0, 1, 2, 3]), numbers([2, 3, 4])]);
  // Each lane is chained from its first event; what was read again is there twice, and nothing else is.
  const expected = [0, 1, 2, 2, 3, 3, 4].map((number) => handed('history-1', number)[1].length);
  assert.equal(
    countOnce(chunks).events.length,
    expected.reduce((all, count) => all + count),
  );
  assert.equal(said.length, 1);
  report(side, 'lane-history-1', 3000);
  await assertShown(topics, expected);
});

/** A collector counts what is there, as often as it is there, and says why it may be too often. */
async function assertShown(topics: ReturnType<typeof ownTopics>, eventCounts: readonly number[]): Promise<void> {
  const settings = collectorSettings([], { headline: { text: '24h', ms: 86_400_000 } });
  const known = new KnownClientsBook(settings, systemClock, false);
  const collector = new Collector({ settings, clock: systemClock, known, brokered: true, onFirstSeen: () => {} });
  let counted = 0;
  const losses: string[] = [];
  await using counting = createKafkaCounting({
    brokers: topics.brokers,
    group: topics.plan.names.state,
    topics: topics.plan.names,
    committed: collector,
    reports: collector.agentBook,
    observer: {
      events: (result, count) => void (counted += result === 'duplicate' ? 0 : count),
      eventLag: () => {},
      loss: (loss) => void losses.push(loss.kind),
      boundHit: () => {},
      saved: () => {},
    },
    clock: systemClock,
    logger: silentLogger,
  });
  collector.countBy(() => counting.status());
  await counting.ready;
  const all = eventCounts.reduce((sum, count) => sum + count);
  await until(`${all} events are counted`, () => counted === all);
  await until('its gap is shown', () => collector.gaps().some(({ reason }) => reason === 'state history'));
  const gap = collector.gaps().find(({ reason }) => reason === 'state history');
  assert.match(
    gap?.text ?? '',
    /^agent EX01: its state was rolled back, at .*; totals may count twice, clients do not$/,
  );
  // The new lane overlaps with nothing and lacks nothing.
  assert.deepEqual(losses, []);
}

async function topicAgent(topics: ReturnType<typeof ownTopics>): Promise<string | undefined> {
  const [record] = await readTopic(topics.kafka, topics.plan.names.agents);
  return record?.message.key?.toString().split('/')[0];
}

test('two agents on copies of one state both begin anew, and one of them takes another name', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  const topics = ownTopics(t, broker.brokers);
  await topics.create();
  const [directory, copy] = [await stateFolder(t), await stateFolder(t)];
  {
    await using side = await topics.agent(directory);
    await deliver(side, 'history-2', [0]);
  }
  await cp(directory, copy, { recursive: true });
  const more = { historyTimes: { graceMs: 200, watchMs: 60_000 } };
  await using original = await topics.agent(directory, silentLogger, more);
  await using copied = await topics.agent(copy, silentLogger, more);
  const agent = original.delivery.state.agent;
  assert.equal(copied.delivery.state.agent, agent);
  await Promise.all([deliver(original, 'history-2', [1]), deliver(copied, 'history-2', [1])]);
  await until('both have noticed', () => {
    report(original, 'lane-history-2', 1000);
    report(copied, 'lane-history-2', 2000);
    // What one says in the first moments of the other may still be taken for a last word before a roll-back.
    const haveReplaced = [original, copied].every(({ delivery }) => delivery.lane('lane-history-2').replaces);
    return haveReplaced && copied.delivery.state.agent !== agent;
  });
  assert.equal(original.delivery.state.agent, agent);
  assert.notEqual(copied.delivery.state.agent, agent);
  await Promise.all([deliver(original, 'history-2', [2]), deliver(copied, 'history-2', [2])]);
  const chunks = await readChunks(topics.kafka, topics.plan.names.connections);
  const [first, second] = [original, copied].map(({ delivery }) => delivery.lane('lane-history-2').lane);
  assert.notEqual(first, second);
  for (const lane of [first, second]) {
    const own = chunks.filter(({ headers }) => headers.lane === lane);
    const events = own.flatMap((chunk) => chunk.events);
    assert.equal(events.length, handed('history-2', 2)[1].length);
    assert.deepEqual(new Set(own.map(({ headers }) => headers.slice)), new Set([1]));
  }
});
