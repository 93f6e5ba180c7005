import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SliceOrder } from '../../../src/delivery/slice-order.ts';
import type { Slice } from '../../../src/delivery/delivery.ts';
import { LogLane } from '../../contract/log-lane.ts';

const lane = new LogLane('ex01');

function slice(number: number, changes: Partial<Slice> = {}): Slice {
  return { ...lane.slice(number).slice, ...changes };
}

test('slices that join are taken, from wherever the file stood', () => {
  const order = new SliceOrder([lane.file(4)]);
  order.take(slice(4));
  order.take(slice(5));
});

test('a file that is not known may begin anywhere', () => {
  const order = new SliceOrder([]);
  order.take(slice(7));
  order.take(slice(8));
});

test('a hole and an overlap are refused, and what follows them too', () => {
  const order = new SliceOrder([lane.file(4)]);
  const sentence =
    'a slice of /logs/ex01/POP32026112010-1.LOG, bytes 5000 to 6000 of epoch 0, does not follow: ' +
    'the file is at 4000 of epoch 0';
  assert.throws(() => order.take(slice(5)), { message: sentence });
  assert.throws(() => order.take(slice(6)), /does not follow/);
  assert.throws(() => order.take(slice(3)), /does not follow/);
  order.take(slice(4));
  order.take(slice(5));
});

test('a slice whose file does not end where it ends is refused', () => {
  const order = new SliceOrder([]);
  assert.throws(() => order.take(slice(0, { file: lane.file(2) })), /does not follow/);
  assert.throws(() => order.take(slice(1, { end: 500, file: { ...lane.file(1), offset: 500 } })), /does not follow/);
});

test('a new epoch begins anywhere, an old one is over', () => {
  const order = new SliceOrder([lane.file(4)]);
  order.take(slice(0, { file: { ...lane.file(1), epoch: 1 } }));
  assert.throws(() => order.take(slice(4)), /does not follow: the file is at 1000 of epoch 1/);
});

test('records move a file, and forget it', () => {
  const order = new SliceOrder([lane.file(4)]);
  order.record({ files: [lane.file(9)] });
  order.take(slice(9));
  order.record({ forgottenFiles: [lane.fileId] });
  order.take(slice(2));
});
