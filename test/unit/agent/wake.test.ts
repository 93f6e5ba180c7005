import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Wake } from '../../../src/agent/wake.ts';

const never = new AbortController().signal;
const long = 3_600_000;

test('a call ends a wait', async () => {
  const wake = new Wake();
  const waiting = wake.wait(long, never);
  wake.call();
  await waiting;
});

test('a call that comes while nobody waits ends the next wait, and only that one', async () => {
  const wake = new Wake();
  wake.call();
  wake.call();
  await wake.wait(long, never);
  const waiting = wake.wait(long, never).then(() => 'woken');
  assert.equal(await Promise.race([waiting, Promise.resolve('waiting')]), 'waiting');
  wake.call();
  assert.equal(await waiting, 'woken');
});

test('a wait ends when its time is over, and when it is aborted', async () => {
  const wake = new Wake();
  await wake.wait(1, never);
  const stop = new AbortController();
  const waiting = wake.wait(long, stop.signal);
  stop.abort();
  await waiting;
  await wake.wait(long, stop.signal);
});

test('a pause lasts its least time although it is called, then ends at once', async () => {
  const wake = new Wake();
  wake.call();
  const startedAt = performance.now();
  await wake.pause(20, long, never);
  assert.ok(performance.now() - startedAt >= 19);
});

test('calls that follow each other are one: a pause goes on for a while after the first', async () => {
  const wake = new Wake();
  const pausing = wake.pause(0, long, never, 20).then(() => 'over');
  wake.call();
  assert.equal(await Promise.race([pausing, new Promise((resolve) => setImmediate(resolve, 'settling'))]), 'settling');
  wake.call();
  await pausing;
  const next = wake.pause(0, long, never, 20).then(() => 'over');
  assert.equal(await Promise.race([next, new Promise((resolve) => setImmediate(resolve, 'waiting'))]), 'waiting');
  wake.callNow();
  await next;
});

test('an urgent call ends a pause at once, its least time too', async () => {
  const wake = new Wake();
  const pausing = wake.pause(long, long, never);
  wake.callNow();
  await pausing;
  wake.callNow();
  await wake.pause(long, long, never);
});

test('calls that are cleared end nothing', async () => {
  const wake = new Wake();
  wake.callNow();
  wake.clear();
  const pausing = wake.pause(long, long, never).then(() => 'over');
  assert.equal(await Promise.race([pausing, Promise.resolve('waiting')]), 'waiting');
  wake.callNow();
  await pausing;
});
