import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingLine } from '../../../../src/delivery/kafka/waiting-line.ts';

function lineOf(...items: readonly [name: string, ...lanes: string[]][]) {
  const line = new WaitingLine<{ name: string; lanes: string[] }>();
  for (const [name, ...lanes] of items) line.push({ name, lanes });
  const take = (...refused: string[]) => line.take(({ name }) => !refused.includes(name)).map(({ name }) => name);
  return { line, take };
}

test('a lane that cannot go on holds up nothing but itself', () => {
  const { take } = lineOf(['a1', 'a'], ['b1', 'b'], ['a2', 'a'], ['b2', 'b']);
  assert.deepEqual(take('a1'), ['b1', 'b2']);
  assert.deepEqual(take(), ['a1', 'a2']);
});

test('what touches several lanes keeps its place in all of them', () => {
  const { take } = lineOf(['a1', 'a'], ['both', 'a', 'b'], ['b1', 'b'], ['c1', 'c'], ['none']);
  assert.deepEqual(take('a1'), ['c1', 'none']);
  assert.deepEqual(take(), ['a1', 'both', 'b1']);
});

test('clearing gives back what waits, in order', () => {
  const { line } = lineOf(['a1', 'a'], ['b1', 'b']);
  assert.deepEqual(
    line.clear().map(({ name }) => name),
    ['a1', 'b1'],
  );
  assert.equal(line.isEmpty, true);
});
