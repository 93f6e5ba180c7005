import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { test } from 'node:test';
import type { Appended } from './agent-memory-log.ts';
import { MemoryLog } from './agent-memory-log.ts';
import { eventsIn, settled, sliceOf, start, stateFolder, until } from './agent-bench.ts';

function offsets(appended: readonly Appended[]): number[] {
  return eventsIn(appended)
    .map(({ offset }) => offset)
    .toSorted((a, b) => a - b);
}

/** Every chunk names the event before it, and numbers only rise: what a collector relies on. */
function assertChained(appended: readonly Appended[]): void {
  const last = new Map<string, { slice: number; offset: number }>();
  for (const { partition, headers } of appended) {
    const key = `${partition} ${headers.lane}`;
    assert.deepEqual(headers.previous, last.get(key) ?? null, `lane and partition ${key}, slice ${headers.slice}`);
    last.set(key, { slice: headers.slice, offset: headers.lastOffset });
  }
}

test('what is delivered arrives once, chained, and its file has moved', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  {
    await using delivery = await start(directory, log);
    const slices = [1, 2, 3].map((number) => sliceOf('lane-1', number));
    await Promise.all(slices.map(([slice, events]) => delivery.deliver(slice, events)));
    await delivery.drain(10_000);
    assert.deepEqual(
      offsets(log.appended),
      slices.flatMap(([, events]) => events.map(({ offset }) => offset)),
    );
    assertChained(log.appended);
    assert.equal(delivery.lane('lane-1').pendingBytes, 0);
    assert.equal(delivery.lane('lane-1').oldestUnackedAt, null);
    assert.deepEqual(
      delivery.lane('lane-1').ledger.map(({ slice }) => slice),
      [3, 3, 3, 3],
    );
  }
  await using again = await start(directory, log);
  assert.equal(again.state.files[0]?.offset, 4000);
  assert.deepEqual(
    again.lane('lane-1').ledger.map(({ slice }) => slice),
    [3, 3, 3, 3],
    'the ledger outlives the process',
  );
});

test('with no broker slices are stored, and published by the next start', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog('away');
  {
    await using delivery = await start(directory, log);
    for (const number of [1, 2, 3]) await delivery.deliver(...sliceOf('lane-1', number));
    assert.equal(delivery.lane('lane-1').oldestUnackedAt, 1_800_000_001_000);
    await until(() => delivery.lane('lane-1').publishErrors > 0, 'a failure is counted');
    assert.notEqual(delivery.status().outage, null);
  }
  assert.deepEqual(log.appended, []);
  log.answer = () => 'taken';
  await using again = await start(directory, log);
  await again.deliver(...sliceOf('lane-1', 4));
  await again.drain(10_000);
  assert.deepEqual(
    offsets(log.appended),
    [1, 2, 3, 4].flatMap((number) => sliceOf('lane-1', number)[1].map(({ offset }) => offset)),
  );
  assertChained(log.appended);
});

test('numbers go on and the chain holds after a restart, even with nothing left in the outbox', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  for (const number of [1, 2, 3]) {
    await using delivery = await start(directory, log);
    await delivery.deliver(...sliceOf('lane-1', number));
    await delivery.drain(10_000);
    assert.equal(delivery.status().chunksWaiting, 0);
  }
  assertChained(log.appended);
  const firsts = new Map(log.appended.map(({ headers }) => [headers.run, [headers.runFirst, headers.slice]]));
  assert.deepEqual(
    [...firsts.values()],
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    'three runs, each with its first number',
  );
});

test('a lost answer brings the identical batch again', async (t) => {
  const log = new MemoryLog('answer lost');
  await using delivery = await start(await stateFolder(t), log);
  await delivery.deliver(...sliceOf('lane-1', 1, 40));
  await until(() => log.batches.length >= 8, 'batches go again');
  // What comes meanwhile must not change a batch that is under way.
  await delivery.deliver(...sliceOf('lane-1', 2, 40));
  await until(() => log.batches.length >= 16, 'batches go again');
  log.answer = () => 'taken';
  await delivery.drain(10_000);
  for (let partition = 0; partition < 4; partition++) {
    const own = log.batches.filter((batch) => batch.partition === partition);
    const [first] = own;
    const same = own.findIndex(({ chunks }) => chunks[0]?.headers.slice === 2);
    assert.ok(same > 1, 'sent several times');
    for (const batch of own.slice(0, same)) assert.deepEqual(batch, first);
  }
  const seen = new Map(eventsIn(log.appended).map((event) => [event.offset, event]));
  assert.equal(seen.size, 80);
});

test('a jump of the clock begins a run in the middle', async (t) => {
  const log = new MemoryLog();
  const at = { wall: 1_800_000_000_000 };
  await using delivery = await start(await stateFolder(t), log, {
    clock: { now: () => at.wall, monotonic: () => performance.now() },
  });
  await delivery.deliver(...sliceOf('lane-1', 1));
  await delivery.deliver(...sliceOf('lane-1', 2));
  at.wall += 3_600_000;
  await delivery.deliver(...sliceOf('lane-1', 3));
  await delivery.deliver(...sliceOf('lane-2', 1));
  await delivery.drain(10_000);
  const runs = [...new Set(log.appended.map(({ headers }) => headers.run))];
  assert.equal(runs.length, 2);
  const of = (lane: string, slice: number) =>
    log.appended.find(({ headers }) => headers.lane === lane && headers.slice === slice)?.headers;
  assert.deepEqual([of('lane-1', 2)?.run, of('lane-1', 2)?.runFirst], [runs[0], 1]);
  assert.deepEqual([of('lane-1', 3)?.run, of('lane-1', 3)?.runFirst], [runs[1], 3]);
  assert.deepEqual([of('lane-2', 1)?.run, of('lane-2', 1)?.runFirst], [runs[1], 1]);
});

test('a state that was rolled back goes on under a run of its own, whose numbers overlap for all to see', async (t) => {
  const [directory, backup] = [await stateFolder(t), await stateFolder(t)];
  const log = new MemoryLog();
  {
    await using delivery = await start(directory, log);
    for (const number of [1, 2]) await delivery.deliver(...sliceOf('lane-1', number));
    await delivery.drain(10_000);
  }
  await cp(directory, backup, { recursive: true });
  {
    await using delivery = await start(directory, log);
    for (const number of [3, 4]) await delivery.deliver(...sliceOf('lane-1', number));
    await delivery.drain(10_000);
  }
  const before = log.appended.length;
  await using delivery = await start(backup, log);
  await delivery.deliver(...sliceOf('lane-1', 3));
  await delivery.drain(10_000);
  const lost = log.appended.slice(0, before).filter(({ headers }) => headers.slice === 3);
  const again = log.appended.slice(before);
  assert.deepEqual(offsets(again), offsets(lost));
  for (const { headers } of again) {
    assert.deepEqual([headers.slice, headers.runFirst], [3, 3]);
    assert.ok(!lost.some((one) => one.headers.run === headers.run), 'not to be taken for duplicates');
  }
});

test('a lane that is replaced goes on under a new id with nothing before it, and what waits goes out as it was cut', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog('away');
  const known: string[] = [];
  {
    await using delivery = await start(directory, log);
    await delivery.deliver(...sliceOf('lane-1', 1));
    await delivery.deliver(...sliceOf('lane-2', 1));
    assert.equal(delivery.lastSlice('lane-1'), 1);
    await delivery.replaceLanes({ lanes: ['lane-1', 'lane-9'], reason: 'copied', mustChangeAgent: true });
    assert.equal(delivery.lastSlice('lane-1'), null);
    await delivery.deliver(...sliceOf('lane-1', 2));
    const { lane = '', replaces, pendingBytes } = delivery.lane('lane-1');
    assert.deepEqual([replaces?.lane, replaces?.reason], ['lane-1', 'copied']);
    assert.ok(pendingBytes > 1.5 * delivery.lane('lane-2').pendingBytes, 'of both ids');
    assert.equal(delivery.lastSlice(lane), 1);
    known.push(lane, delivery.state.agent);
  }
  log.answer = () => 'taken';
  await using again = await start(directory, log);
  assert.deepEqual([again.lane('lane-1').lane, again.state.agent], known);
  await again.deliver(...sliceOf('lane-1', 3));
  await again.drain(10_000);
  assertChained(log.appended);
  const slices = (lane: string) =>
    new Set(log.appended.filter(({ headers }) => headers.lane === lane).map(({ headers }) => headers.slice));
  assert.deepEqual([slices('lane-1'), slices(known[0]!)], [new Set([1]), new Set([1, 2])]);
  const lane1 = log.appended.filter(({ headers }) => headers.lane !== 'lane-2');
  assert.deepEqual(
    offsets(lane1),
    [1, 2, 3].flatMap((number) => sliceOf('lane-1', number)[1].map(({ offset }) => offset)),
  );
  assert.deepEqual(new Set(again.lane('lane-1').ledger.map(({ slice }) => slice)), new Set([2]));
  // And once more: the id in between is none of ours any more.
  await again.replaceLanes({ lanes: [known[0]!], reason: 'rolled back', mustChangeAgent: false });
  assert.deepEqual([again.lastSlice('lane-1'), again.lastSlice(known[0]!)], [null, null]);
  assert.equal(again.lane('lane-1').replaces?.lane, known[0]);
  assert.equal(again.state.agent, known[1]);
});

test("chunks keep below the topic's limit", async (t) => {
  const log = new MemoryLog();
  await using delivery = await start(await stateFolder(t), log, {
    readTopic: async () => ({ partitions: 1, messageBytesMax: 9000 }),
  });
  await delivery.deliver(...sliceOf('lane-1', 1, 60));
  await delivery.drain(10_000);
  assert.ok(log.appended.length > 5);
  for (const { body } of log.appended) assert.ok(body.length <= 9000 - 4096, `${body.length} bytes`);
  assertChained(log.appended);
});

test('a slice that does not follow is refused, and the one that does is taken', async (t) => {
  const log = new MemoryLog();
  await using delivery = await start(await stateFolder(t), log);
  await delivery.deliver(...sliceOf('lane-1', 1));
  await assert.rejects(delivery.deliver(...sliceOf('lane-1', 3)), /does not follow/);
  await delivery.deliver(...sliceOf('lane-1', 2));
  await assert.rejects(delivery.deliver(...sliceOf('lane-1', 2)), /does not follow/);
  await delivery.drain(10_000);
  assert.equal(eventsIn(log.appended).length, 16);
});

test('a slice without events moves its file and sends nothing', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  {
    await using delivery = await start(directory, log);
    await delivery.deliver(sliceOf('lane-1', 1)[0], []);
    await delivery.drain(10_000);
  }
  assert.deepEqual(log.batches, []);
  await using again = await start(directory, log);
  assert.equal(again.state.files[0]?.offset, 2000);
});

test('records are stored in order with the slices before them', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  {
    await using delivery = await start(directory, log);
    const [slice, events] = sliceOf('lane-1', 1);
    await Promise.all([
      delivery.record({ lanes: [slice.lane] }),
      delivery.deliver(slice, events),
      delivery.record({ forgottenFiles: [slice.file.id] }),
    ]);
  }
  await using again = await start(directory, log);
  assert.deepEqual(again.state.files, []);
  assert.equal(again.state.lanes.length, 1);
});

test('nothing is cut before the number of partitions is known, and it is kept', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  const topic = { there: false };
  const readTopic = async () => {
    if (!topic.there) throw new Error('connect ECONNREFUSED');
    return { partitions: 6, messageBytesMax: 1_048_588 };
  };
  {
    await using delivery = await start(directory, log, { readTopic });
    const delivered = delivery.deliver(...sliceOf('lane-1', 1));
    assert.equal(await settled(delivered), false);
    topic.there = true;
    await delivered;
  }
  topic.there = false;
  await using again = await start(directory, log, { readTopic });
  assert.equal(again.status().partitions, 6);
  await again.deliver(...sliceOf('lane-1', 2));
});

test('another number of partitions than the stored one is said, and taken back when it is right again', async (t) => {
  const directory = await stateFolder(t);
  const log = new MemoryLog();
  {
    await using delivery = await start(directory, log);
    await delivery.deliver(...sliceOf('lane-1', 1));
  }
  await using again = await start(directory, log, {
    readTopic: async () => ({ partitions: 5, messageBytesMax: 1_048_588 }),
  });
  await until(() => again.status().outage !== null, 'it is said');
  assert.match(again.status().outage?.reason ?? '', /has 5 partitions, the chunks were cut for 4/);
  assert.equal(again.status().partitions, 4);
});
