import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import type { DeadLetter, DeadLetterBox } from '../../../../src/delivery/dead-letters/dead-letter.ts';
import type { Outbox } from '../../../../src/delivery/kafka/outbox.ts';
import { eventsIn, settled, sliceOf, start, stateFolder, until } from './agent-bench.ts';
import { MemoryLog } from './agent-memory-log.ts';

function numbers(log: MemoryLog, lane: string): number[] {
  const slices = log.appended.filter(({ headers }) => headers.lane === lane).map(({ headers }) => headers.slice);
  return [...new Set(slices)];
}

test('a full outbox makes slices wait, records of other lanes pass, and all goes on with the broker', async (t) => {
  const log = new MemoryLog('away');
  // Each slice takes some 8 KiB with what its chunks cost.
  await using delivery = await start(await stateFolder(t), log, { outboxBytesMax: 30_000 });
  const deliveries = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => delivery.deliver(...sliceOf('lane-1', number)));
  const [last] = deliveries.slice(-1);
  assert.ok(last);
  await deliveries[0];
  assert.equal(await settled(last), false);
  assert.ok(delivery.status().bytesWaiting <= 30_000, `${delivery.status().bytesWaiting} bytes wait`);
  await delivery.record({ lanes: [sliceOf('lane-2', 1)[0].lane] });
  const behind = delivery.record({ lanes: [sliceOf('lane-1', 1)[0].lane] });
  assert.equal(await settled(behind), false, 'a record keeps its place in its lane');
  log.answer = () => 'taken';
  await Promise.all([...deliveries, behind]);
  await delivery.drain(10_000);
  assert.deepEqual(numbers(log, 'lane-1'), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a slice larger than the whole outbox passes when nothing else waits', async (t) => {
  const log = new MemoryLog();
  await using delivery = await start(await stateFolder(t), log, { outboxBytesMax: 1000 });
  for (const number of [1, 2, 3]) await delivery.deliver(...sliceOf('lane-1', number));
  await delivery.drain(10_000);
  assert.equal(eventsIn(log.appended).length, 24);
});

test('a refused chunk holds up its own lane only, and is delivered when it is taken', async (t) => {
  const log = new MemoryLog();
  const refusing = { now: true };
  log.answer = (_, chunks) =>
    refusing.now && chunks.some(({ headers }) => headers.lane === 'poison') ? 'refused' : 'taken';
  await using delivery = await start(await stateFolder(t), log, { refusedRetryMs: 200 });
  const poisoned = delivery.deliver(...sliceOf('poison', 1));
  for (const number of [1, 2, 3]) await delivery.deliver(...sliceOf('lane-1', number));
  await poisoned;
  await until(() => delivery.lane('poison').publishErrors > 0, 'a refusal');
  await until(() => delivery.lane('lane-1').pendingBytes === 0, 'the other lane is published');
  assert.deepEqual(numbers(log, 'poison'), []);
  const more = delivery.deliver(...sliceOf('poison', 2));
  assert.equal(await settled(more), false, 'its outbox share does not grow');
  assert.match(delivery.status().outage?.reason ?? '', /a chunk is refused/);
  assert.ok(delivery.lane('poison').pendingBytes > 0, 'it has not vanished');
  refusing.now = false;
  await more;
  await delivery.drain(10_000);
  assert.deepEqual(numbers(log, 'poison'), [1, 2]);
  assert.equal(delivery.status().outage, null);
});

test('events that are refused for good are put aside, and only then does their lane go on', async (t) => {
  const log = new MemoryLog();
  log.answer = (_, chunks) => (chunks.some(({ headers }) => headers.slice === 1) ? 'refused' : 'taken');
  const kept = new Map<string, DeadLetter>();
  let full = true;
  const deadLetters: DeadLetterBox = {
    keep: async (letters) => {
      if (full) return letters.length - 1;
      for (const letter of letters) kept.set(letter.key, letter);
      return letters.length;
    },
  };
  await using delivery = await start(await stateFolder(t), log, {
    refusedRetryMs: 10,
    refusedGiveUpMs: 30,
    deadLetters,
  });
  const [slice, events] = sliceOf('poison', 1);
  await delivery.deliver(slice, events);
  await until(() => delivery.lane('poison').publishErrors > 20, 'refusals');
  assert.deepEqual([delivery.lane('poison').deadLetters, log.appended.length], [0, 0], 'a full box keeps it waiting');
  full = false;
  await delivery.deliver(...sliceOf('poison', 2));
  await delivery.drain(10_000);
  assert.equal(delivery.lane('poison').deadLetters, events.length);
  assert.deepEqual(
    [...kept.values()].map(({ kind, lane, offset }) => [kind, lane, offset]).toSorted(),
    events.map(({ offset }) => ['event', 'poison', offset]).toSorted(),
  );
  assert.deepEqual(numbers(log, 'poison'), [2]);
  const gaps = log.appended.filter(({ headers }) => headers.previous?.slice === 1);
  assert.ok(gaps.length > 0, 'the chain names what is missing');
  assert.equal(delivery.status().outage, null);
});

/** An outbox whose disk is full for the writes that `failing` names. */
async function faultyOutbox(directory: string, failing: { writes: boolean }): Promise<Outbox> {
  const outbox = await openOutbox({ directory, programVersion: '0.0.0' });
  return {
    content: outbox.content,
    write: (change) => (failing.writes ? Promise.reject(new Error('the disk is full')) : outbox.write(change)),
    packed: (ids) => outbox.packed(ids),
    settle: (facts) => outbox.settle(facts),
    [Symbol.asyncDispose]: () => outbox[Symbol.asyncDispose](),
  };
}

test('a state that cannot be written refuses all that waits, and leaves no hole behind', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  const failing = { writes: false };
  {
    await using delivery = await start(directory, log, { outbox: await faultyOutbox(directory, failing) });
    await delivery.deliver(...sliceOf('lane-1', 1));
    failing.writes = true;
    const refused = [2, 3].map((number) => delivery.deliver(...sliceOf('lane-1', number)));
    for (const one of refused) await assert.rejects(one, /disk is full/);
    failing.writes = false;
    for (const number of [2, 3]) await delivery.deliver(...sliceOf('lane-1', number));
    await delivery.drain(10_000);
  }
  const events = eventsIn(log.appended);
  assert.equal(events.length, 24);
  assert.equal(new Set(events.map(({ offset }) => offset)).size, 24);
  const last = new Map<number, { slice: number; offset: number }>();
  for (const { partition, headers } of log.appended) {
    assert.deepEqual(headers.previous, last.get(partition) ?? null);
    last.set(partition, { slice: headers.slice, offset: headers.lastOffset });
  }
  assert.equal(new Set(numbers(log, 'lane-1')).size, 3, 'a number is not given twice');
});

test('draining ends at its deadline, closing ends with a request under way, and nothing is lost', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  const never = Promise.withResolvers<'taken'>();
  log.answer = () => never.promise;
  {
    await using delivery = await start(directory, log);
    await delivery.deliver(...sliceOf('lane-1', 1));
    await until(() => log.batches.length > 0, 'a request is under way');
    await delivery.drain(50);
    assert.ok(delivery.status().chunksWaiting > 0);
  }
  const answered = new MemoryLog();
  await using again = await start(directory, answered);
  await again.drain(10_000);
  assert.equal(eventsIn(answered.appended).length, 8);
  never.resolve('taken');
});

test('what is handed over after closing is refused, and so is what waits', async (t) => {
  const log = new MemoryLog('away');
  const delivery = await start(await stateFolder(t), log, { outboxBytesMax: 1 });
  await delivery.deliver(...sliceOf('lane-1', 1));
  const waiting = assert.rejects(delivery.deliver(...sliceOf('lane-1', 2)), /closed/);
  await delivery[Symbol.asyncDispose]();
  await waiting;
  await assert.rejects(delivery.deliver(...sliceOf('lane-1', 3)), /closed/);
});
