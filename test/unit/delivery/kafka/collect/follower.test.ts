/** What the follower makes of batches, fed to it as kafkajs would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Consumer, EachBatchPayload, Kafka } from '../../../../../src/delivery/kafka/client.ts';
import { Follower } from '../../../../../src/delivery/kafka/collect/follower.ts';
import { encodeState } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import type { StateRecord } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import { systemClock } from '../../../../../src/runtime/clock.ts';
import { emptySighting, type Sighting } from '../../../../../src/sighting/sighting.ts';
import { silentLogger } from '../../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../../contract/counted-clients.ts';

interface Written {
  readonly offset: number;
  readonly record: StateRecord;
}

interface Fed {
  readonly follower: Follower;
  readonly committed: CountedClients;
  feed(records: readonly Written[], highWatermark: number): Promise<void>;
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
  const committed = new CountedClients();
  const follower = new Follower({
    kafka: { consumer: () => consumer } as unknown as Kafka,
    group: 'g',
    stateTopic: 'state',
    agentsTopic: 'agents',
    partitions: 1,
    committed,
    reports: { accept: () => {} },
    clock: systemClock,
    logger: silentLogger,
    loss: () => {},
  });
  follower.start();
  const eachBatch = await running;
  const feed = async (records: readonly Written[], highWatermark: number): Promise<void> => {
    const messages = records.map(({ offset, record }) => {
      const { key, value } = encodeState(record);
      return { offset: String(offset), key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
    });
    const batch = { topic: 'state', partition: 0, highWatermark: String(highWatermark), messages };
    await eachBatch({ batch, heartbeat: async () => {}, resolveOffset: () => {} } as unknown as EachBatchPayload);
  };
  return { follower, committed, feed };
}

function positions(from: number, to: number): Written[] {
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
  const read = follower.readOffsets();
  await feed(positions(5, 7), 7);
  assert.equal(follower.refusal, null);
  assert.equal(follower.position(0), 19);
  assert.ok(follower.suspectsLoss, 'it is looked at');
  follower.checkEnds(new Map([[0, { low: 0, high: 21 }]]), read);
  assert.equal(follower.refusal, null);
  assert.ok(!follower.suspectsLoss);
  // The marker of the own commit is not written yet: brokers tell the end before it.
  follower.checkEnds(new Map([[0, { low: 0, high: 7 }]]), follower.readOffsets());
  assert.equal(follower.refusal, null);
});

test('a state topic that ends before what was applied has lost it', async () => {
  const { follower, feed } = await fed();
  await feed(positions(0, 5), 5);
  follower.checkEnds(new Map([[0, { low: 0, high: 5 }]]), follower.readOffsets());
  assert.equal(follower.refusal, null);
  follower.checkEnds(new Map([[0, { low: 0, high: 4 }]]), follower.readOffsets());
  const { refusal } = follower as { refusal: Error | null };
  assert.match(String(refusal?.message), /has lost records that were committed/);
});

function sightingRecord(offset: number, rows: number): Written {
  const times = { firstSeen: 1, lastSeen: 1 };
  const sighting = { ...emptySighting('pop3', 'EX01', '10.0.0.1', 'bounded'), ...times, rows };
  return { offset, record: { kind: 'sighting', sighting, firstSeenLive: false } };
}

test('of the records of one sighting the last one counts, own and others in one batch', async () => {
  const { follower, committed, feed } = await fed();
  const rowsShown = (): number | undefined => committed.get('pop3', 'EX01', '10.0.0.1')?.rows;
  await feed([sightingRecord(0, 1), sightingRecord(1, 2)], 2);
  assert.equal(rowsShown(), 2);
  const own = [sightingRecord(3, 4)];
  follower.announce(0, own);
  await feed([sightingRecord(2, 3), ...own], 4);
  assert.equal(rowsShown(), 4);
  const older = [sightingRecord(4, 5)];
  follower.announce(0, older);
  await feed([...older, sightingRecord(5, 6)], 6);
  assert.equal(rowsShown(), 6);
  follower.applyOwn(0, older);
  assert.equal(rowsShown(), 6, 'the answer is late');
});

test('a sighting under the key of another is refused', async () => {
  const { follower, feed } = await fed();
  const { record } = sightingRecord(0, 1);
  const wrong = { ...record, sighting: { ...(record as { sighting: Sighting }).sighting } };
  let reads = 0;
  // Its key is written with the first address, its value with the second.
  Object.defineProperty(wrong.sighting, 'address', {
    enumerable: true,
    get: () => (reads++ === 0 ? '10.0.0.1' : '10.0.0.2'),
  });
  await feed([{ offset: 0, record: wrong }], 1);
  assert.match(String(follower.refusal?.message), /a sighting: it stands under the key of another/);
});
