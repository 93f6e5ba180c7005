import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkerClient } from '../../../../src/runtime/worker/worker-client.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import type { SumsCalls } from './sums-worker.ts';

const entry = new URL('./sums-worker.ts', import.meta.url);

test('a worker answers each call', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  const sums = await Promise.all([worker.call('add', [1, 2]), worker.call('add', [3, 4])]);
  assert.deepEqual(sums, [3, 7]);
});

test('calls are answered one at a time, in the order in which they were made', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  const first = worker.call('slowly', 30);
  const second = worker.call('slowly', 0);
  assert.deepEqual(await first, []);
  assert.deepEqual(await second, ['slowly']);
});

test('a UserError crosses with its remedy, and whether a retry helps', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  await assert.rejects(worker.call('refuse', 'too much'), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, 'too much');
    assert.equal(error.remedy, 'Ask for less.');
    assert.equal(error.retryable, true);
    assert.equal(error.cause, 'Error: the disk');
    return true;
  });
  assert.equal(await worker.call('add', [1]), 1);
});

test('any other error crosses with its name, code and place', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  await assert.rejects(worker.call('fail', 'no sum'), (error) => {
    assert.ok(error instanceof Error && !(error instanceof UserError));
    assert.equal(error.name, 'TypeError');
    assert.equal(error.message, 'no sum');
    assert.equal('code' in error && error.code, 'E_SUM');
    assert.match(error.stack ?? '', /sums-worker\.ts/);
    return true;
  });
});

test('buffers that are handed over are not copied', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  const bytes = Uint8Array.of(1, 2, 3);
  const doubled = await worker.call('double', bytes, [bytes.buffer]);
  assert.deepEqual([...doubled], [2, 4, 6]);
  assert.equal(bytes.length, 0, 'the caller no longer has it');
});

test('what cannot cross rejects its call and nothing else', async () => {
  await using worker = new WorkerClient<SumsCalls>(entry);
  await assert.rejects(worker.call('unclonable', null), /could not be cloned/);
  await assert.rejects(worker.call('add', [(() => {}) as never]), /could not be cloned/);
  assert.equal(await worker.call('add', [2]), 2);
});

test('a worker that ends by itself rejects all that waits, and everything after it', async () => {
  let crash: Error | null = null;
  await using worker = new WorkerClient<SumsCalls>(entry, { onCrash: (error) => (crash = error) });
  const died = assert.rejects(worker.call('die', 3), /ended by itself \(3\)/);
  const behind = assert.rejects(worker.call('add', [1]), /ended by itself \(3\)/);
  await Promise.all([died, behind]);
  assert.match(String(crash), /ended by itself \(3\)/);
  await assert.rejects(worker.call('add', [1]), /ended by itself/);
});

test('closing waits for what was asked before, and refuses what comes after', async () => {
  const crashes: Error[] = [];
  const worker = new WorkerClient<SumsCalls>(entry, { onCrash: (error) => crashes.push(error) });
  const asked = worker.call('slowly', 30);
  const closed = worker[Symbol.asyncDispose]();
  await assert.rejects(worker.call('add', [1]), /closed/);
  assert.deepEqual(await asked, []);
  await closed;
  await worker[Symbol.asyncDispose]();
  assert.deepEqual(crashes, []);
});

test('a worker that does not end in time is ended wherever it is', async () => {
  const worker = new WorkerClient<SumsCalls>(entry, { closeMs: 20 });
  await worker.call('add', [1]);
  const hanging = assert.rejects(worker.call('hang', 60_000), /closed/);
  await worker[Symbol.asyncDispose]();
  await hanging;
});

test('an entry that cannot be loaded rejects the first call', async () => {
  await using worker = new WorkerClient<SumsCalls>(new URL('./missing-worker.ts', import.meta.url));
  await assert.rejects(worker.call('add', [1]), /missing-worker/);
});
