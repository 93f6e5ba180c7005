/** What the follower makes of batches, fed to it as kafkajs would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consumer, EachBatchPayload, Kafka } from '../../../../../src/delivery/kafka/client.ts';
import { Follower } from '../../../../../src/delivery/kafka/collect/follower.ts';
import type { OffsetRecord } from '../../../../../src/delivery/kafka/collect/follower.ts';
import { encodeState } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import { systemClock } from '../../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../../contract/counted-clients.ts';

interface Fed {
  readonly follower: Follower;
  feed(records: readonly OffsetRecord[], highWatermark: number): Promise<void>;
}

/** A consumer that reads nothing by itself: the test hands it its batches. */
async function fed(): Promise<Fed> {
  const { promise: running, resolve } = Promise.withResolvers<(payload: EachBatchPayload) => Promise<void>>();
  const consumer: Pick<Consumer, 'connect' | 'disconnect' | 'subscribe' | 'run' | 'on' | 'events'> = {
    connect: async () => {},
    disconnect: async () => {},
    subscribe: async () => {},
    run: async ({ eachBatch } = {}) => resolve(eachBatch ?? assert.fail()),
    on: (() => () => {}) as Consumer['on'],
    events: {} as Consumer['events'],
  };
  const follower = new Follower({
    kafka: { consumer: () => consumer } as unknown as Kafka,
    group: 'g',
    stateTopic: 'state',
    agentsTopic: 'agents',
    partitions: 1,
    committed: new CountedClients(),
    reports: { accept: () => {} },
    clock: systemClock,
    logger: silentLogger,
    loss: () => {},
  });
  follower.start();
  const eachBatch = await running;
  const feed = async (records: readonly OffsetRecord[], highWatermark: number): Promise<void> => {
    const messages = records.map(({ offset, record }) => {
      const { key, value } = encodeState(record ?? assert.fail());
      return { offset: String(offset), key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
    });
    const batch = { topic: 'state', partition: 0, highWatermark: String(highWatermark), messages };
    await eachBatch({ batch, heartbeat: async () => {}, resolveOffset: () => {} } as unknown as EachBatchPayload);
  };
  return { follower, feed };
}

function positions(from: number, to: number): OffsetRecord[] {
  return Array.from({ length: to - from }, (_, index) => ({
    offset: from + index,
    record: { kind: 'position', group: 'g', position: { offset: from + index, fingerprint: null } },
  }));
}

test('a batch that was fetched before an own commit, and comes after its answer, is no loss', async () => {
  const { follower, feed } = await fed();
  await feed(positions(0, 5), 5);
  // The next fetch is answered, and has yet to be unpacked, when the commit of what follows is.
  const own = positions(7, 20);
  follower.announce(0, own);
  follower.applyOwn(0, own);
  const applied = follower.appliedOffsets();
  await feed(positions(5, 7), 7);
  assert.equal(follower.refusal, null);
  assert.equal(follower.position(0), 19);
  assert.ok(follower.suspectsLoss, 'it is looked at');
  follower.checkEnds(new Map([[0, { low: 0, high: 21 }]]), applied);
  assert.equal(follower.refusal, null);
  assert.ok(!follower.suspectsLoss);
});

test('a state topic that ends before what was applied has lost it', async () => {
  const { follower, feed } = await fed();
  await feed(positions(0, 5), 5);
  follower.checkEnds(new Map([[0, { low: 0, high: 5 }]]), follower.appliedOffsets());
  assert.equal(follower.refusal, null);
  follower.checkEnds(new Map([[0, { low: 0, high: 4 }]]), follower.appliedOffsets());
  const { refusal } = follower as { refusal: Error | null };
  assert.match(String(refusal?.message), /has lost records that were committed/);
});
