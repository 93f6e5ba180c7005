import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../../../../src/delivery/kafka/run.ts';

function machine() {
  const at = { wall: 1_800_000_000_000, monotonic: 5000, machineId: 'm1', runs: 0 };
  const source = runSource({
    clock: { now: () => at.wall, monotonic: () => at.monotonic },
    newId: () => `run-${++at.runs}`,
    machineId: () => at.machineId,
  });
  const pass = (ms: number, wallMs = ms): void => {
    at.monotonic += ms;
    at.wall += wallMs;
  };
  return { at, source, pass };
}

test('a run lasts while both clocks go together', () => {
  const { source, pass } = machine();
  const run = source.current();
  for (let minute = 0; minute < 600; minute++) {
    pass(60_000, 60_000 + 30);
    assert.equal(source.current(), run, 'a slewed clock is no jump');
  }
});

test('a wall clock that jumps draws a new run, forwards and backwards', () => {
  for (const jump of [3_600_000, -3_600_000, 1500, -1500]) {
    const { source, pass } = machine();
    const run = source.current();
    pass(1000, 1000 + jump);
    const next = source.current();
    assert.notEqual(next, run, `a jump of ${jump} ms`);
    pass(1000);
    assert.equal(source.current(), next, 'one jump, one run');
  }
});

test('another machine id draws a new run', () => {
  const { at, source, pass } = machine();
  const run = source.current();
  at.machineId = 'm2';
  pass(15_000);
  const next = source.current();
  assert.notEqual(next, run);
  pass(15_000);
  assert.equal(source.current(), next);
});
