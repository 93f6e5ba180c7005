import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Budget } from '../../../src/agent/budget.ts';

const never = new AbortController().signal;

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  await turnOfTheLoop();
  const waiting = Symbol('waiting');
  return (await Promise.race([promise, Promise.resolve(waiting)])) === waiting;
}

test('no more than the maximum is ever out', async () => {
  const budget = new Budget(10);
  const first = await budget.take(6, never);
  const second = budget.take(5, never);
  assert.ok(await isPending(second));
  assert.ok(budget.isExhausted);
  first.shrinkTo(5);
  assert.equal((await second).amount, 5);
  assert.equal(budget.used, 10);
  assert.ok(!budget.isExhausted);
});

test('who asks for much is not overtaken by who asks for little', async () => {
  const budget = new Budget(10);
  const first = await budget.take(6, never);
  const much = budget.take(10, never);
  const little = budget.take(1, never);
  assert.ok(await isPending(little));
  first.release();
  const share = await much;
  assert.ok(await isPending(little));
  share.release();
  await little;
});

test('who asks for more than there is gets all of it', async () => {
  const budget = new Budget(10);
  assert.equal((await budget.take(1000, never)).amount, 10);
});

test('a share is given back once, however often it is released', async () => {
  const budget = new Budget(10);
  const share = await budget.take(4, never);
  share.release();
  share.release();
  share.shrinkTo(0);
  assert.equal(budget.used, 0);
});

test('who stops waiting does not hold up those behind', async () => {
  const budget = new Budget(10);
  const first = await budget.take(6, never);
  const stop = new AbortController();
  const much = budget.take(10, stop.signal);
  const little = budget.take(2, never);
  stop.abort(new Error('stopped'));
  await assert.rejects(much, /stopped/);
  assert.equal((await little).amount, 2);
  first.release();
  await assert.rejects(budget.take(1, stop.signal), /stopped/);
});
