import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintOf, planReading } from '../../../../../src/delivery/kafka/collect/position.ts';
import type { LogRecord } from '../../../../../src/delivery/kafka/collect/position.ts';
import { ReadingOrder } from '../../../../../src/delivery/kafka/collect/reading-order.ts';

function record(offset: number, text = `record ${offset}`): LogRecord {
  return { offset, timestamp: 5, headers: { slice: Buffer.from(String(offset)) }, value: Buffer.from(text) };
}

test('a partition that was never counted is read from its earliest record', () => {
  assert.deepEqual(planReading(null, { low: 5, high: 9 }), { kind: 'continue', from: 5 });
});

test('a position inside the log is checked by the record before it', () => {
  const position = { offset: 7, fingerprint: 'f' };
  assert.deepEqual(planReading(position, { low: 5, high: 7 }), { kind: 'verify', from: 6, fingerprint: 'f' });
  assert.deepEqual(planReading({ offset: 7, fingerprint: null }, { low: 5, high: 9 }), { kind: 'continue', from: 7 });
});

test('a position with nothing left before it is no loss', () => {
  const position = { offset: 7, fingerprint: 'f' };
  assert.deepEqual(planReading(position, { low: 7, high: 7 }), { kind: 'continue', from: 7 });
});

test('a position outside the log is a loss, and reading begins at the earliest record', () => {
  const position = { offset: 7, fingerprint: 'f' };
  assert.deepEqual(planReading(position, { low: 8, high: 9 }), {
    kind: 'lost',
    from: 8,
    reason: 'the log begins at 8, counting had come to 7',
  });
  assert.equal(planReading(position, { low: 0, high: 6 }).kind, 'lost');
});

test('records that follow one another are applied', () => {
  const order = new ReadingOrder();
  assert.equal(order.begin({ kind: 'continue', from: 3 }), 3);
  assert.deepEqual(
    [3, 4, 5].map((offset) => order.step(record(offset)).kind),
    ['apply', 'apply', 'apply'],
  );
});

test('the record before the position is compared, not applied', () => {
  const order = new ReadingOrder();
  const before = fingerprintOf(record(2));
  assert.equal(order.begin({ kind: 'verify', from: 2, fingerprint: before }), 2);
  assert.deepEqual(
    [2, 3].map((offset) => order.step(record(offset)).kind),
    ['verified', 'apply'],
  );
});

test('another record before the position means another topic', () => {
  const order = new ReadingOrder();
  order.begin({ kind: 'verify', from: 2, fingerprint: fingerprintOf(record(2)) });
  const step = order.step(record(2, 'made anew'));
  assert.equal(step.kind, 'lost');
  assert.match(step.kind === 'lost' ? step.reason : '', /made anew/);
});

test('a jump, up or down, is looked at twice before it is believed', () => {
  for (const found of [1, 9]) {
    const order = new ReadingOrder();
    order.begin({ kind: 'continue', from: 3 });
    assert.deepEqual(order.step(record(found)), { kind: 'stray' });
    order.begin({ kind: 'continue', from: 3 });
    assert.deepEqual(order.step(record(found)), { kind: 'lost', reason: `record 3 was expected, ${found} came` });
  }
});

test('a stray batch in between is forgotten once reading goes on', () => {
  const order = new ReadingOrder();
  order.begin({ kind: 'continue', from: 3 });
  assert.equal(order.step(record(9)).kind, 'stray');
  assert.equal(order.step(record(3)).kind, 'apply');
  assert.equal(order.step(record(9)).kind, 'stray');
});

test('a hole that was declared is passed when it is met again, or it would be declared for ever', () => {
  const order = new ReadingOrder();
  order.begin({ kind: 'continue', from: 3 });
  assert.deepEqual([order.step(record(9)).kind, order.step(record(9)).kind], ['stray', 'lost']);
  order.begin({ kind: 'lost', from: 2, reason: 'x' });
  assert.equal(order.step(record(2)).kind, 'apply');
  assert.deepEqual([order.step(record(9)).kind, order.step(record(9)).kind], ['stray', 'skip']);
  assert.equal(order.step(record(10)).kind, 'apply');
});

test('a fingerprint tells apart what differs in time, headers, length or bytes', () => {
  const base = record(1);
  const all = [
    base,
    { ...base, timestamp: 6 },
    { ...base, headers: { slice: Buffer.from('9') } },
    { ...base, value: Buffer.from('record 2') },
    { ...base, value: Buffer.from('record 11') },
    { ...base, value: null },
  ].map(fingerprintOf);
  assert.equal(new Set(all).size, all.length);
  assert.equal(fingerprintOf({ ...base, offset: 77 }), all[0], 'its place is checked by its place');
});
