import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../../../../../src/delivery/counting.ts';
import { LossTeller } from '../../../../../src/delivery/kafka/collect/loss-teller.ts';
import type { LossRecord } from '../../../../../src/delivery/kafka/collect/loss-record.ts';
import { decodeReport } from '../../../../../src/delivery/kafka/collect/report-codec.ts';
import { StallWatch } from '../../../../../src/delivery/kafka/collect/stall-watch.ts';

const loss: LossRecord = {
  kind: 'event gap',
  lane: 'l',
  subject: '',
  server: 'EX01',
  protocol: 'pop3',
  at: 5,
  count: 1,
  detail: 'gone',
  upTo: null,
};

function told(...records: readonly [LossRecord, number][]): Loss[] {
  const losses: Loss[] = [];
  const observer = {
    events() {},
    eventLag() {},
    boundHit() {},
    saved() {},
    loss: (one: Loss) => void losses.push(one),
  };
  const teller = new LossTeller(observer);
  for (const [record, partition] of records) teller.tell(record, partition);
  return losses;
}

test('losses are told with their partition and their number', () => {
  const [first, second] = told([loss, 1], [{ ...loss, count: 2, lane: '' }, 2]);
  assert.deepEqual(first, {
    kind: 'event gap',
    partition: 1,
    lane: 'l',
    server: 'EX01',
    protocol: 'pop3',
    at: 5,
    detail: 'gone',
  });
  assert.deepEqual([second?.lane, second?.detail], [null, 'gone (2 times so far)']);
});

test('a rolled-back state is one loss in however many partitions it shows', () => {
  const history: LossRecord = { ...loss, kind: 'state history', subject: 'a b' };
  assert.equal(told([history, 0], [history, 1], [{ ...history, subject: 'a c' }, 1]).length, 2);
});

test('records that nobody counts are said after a minute, and lag is known before', () => {
  let now = 0;
  const watch = new StallWatch({ now: () => 0, monotonic: () => now });
  const ranges = new Map([
    [0, { low: 0, high: 10 }],
    [1, { low: 4, high: 10 }],
  ]);
  const update = (...positions: (number | null)[]): void =>
    watch.update(ranges, (partition) => positions[partition] ?? null);
  update(10, null);
  assert.deepEqual(watch.lag('c'), [
    { topic: 'c', partition: 0, messages: 0 },
    { topic: 'c', partition: 1, messages: 6 },
  ]);
  now = 59_000;
  update(10, null);
  assert.deepEqual(watch.reasons(), []);
  now = 61_000;
  assert.deepEqual(watch.reasons(), ['6 records wait in 1 partitions that nobody counts']);
  update(10, 7);
  assert.deepEqual(watch.reasons(), [], 'it moves');
});

test('what is no report of an agent is nothing', () => {
  for (const text of ['', '{', '[]', 'null', '{"schema":1}', '{"schema":2,"agent":"a"}']) {
    assert.equal(decodeReport(Buffer.from(text)), null, text);
  }
});
