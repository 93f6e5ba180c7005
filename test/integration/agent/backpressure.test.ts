import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { test } from 'node:test';
import type { Agent } from '../../../src/agent/agent.ts';
import type { Slice } from '../../../src/delivery/delivery.ts';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { MemoryDelivery } from '../../memory-delivery.ts';
import { Following, HandClock, header, rows, sessions, until, within } from './following.ts';

function hour(number: number): string {
  return `POP3202611${String(20 + Math.floor(number / 24)).padStart(2, '0')}${String(number % 24).padStart(2, '0')}-1.LOG`;
}

function sorted(names: readonly string[]): string[] {
  return names.toSorted();
}

const often = (following: Following) => [{ path: following.top, watch: false, scanEveryMs: 5 }];

test('an output that is blocked over many rotations gets everything once when it is open again', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header);
  await following.start({ logs: often(following) });
  await following.scan();
  following.delivery.hold();
  for (let number = 0; number < 30; number++) {
    await following.append(hour(number), rows(number * 10, 10));
    await following.write(hour(number + 1), header);
  }
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  following.delivery.release();
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 300)));
});

test('files that are deleted while the output is blocked are read through their handles, and what is not held is counted as lost', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  const content = header + rows(0, 20);
  await following.write('POP32026112000-1.LOG', header);
  await following.start({
    clock,
    logs: often(following),
    limits: { handlesMax: 8, inFlightBytesMax: 1024, sliceBytesMax: 512 },
    times: { goneAfterMs: 60_000 },
  });
  await following.scan();
  following.delivery.hold();
  for (let number = 1; number <= 20; number++) {
    await following.write(hour(number), header + rows(number * 20, 20));
    const found = number + 1;
    await until(() => following.reports.at(-1)?.lanes[0]?.filesFound === found, 'a file was not found');
  }
  for (let number = 1; number < 20; number++) await rm(following.path(hour(number)));
  await until(() => (following.reports.at(-1)?.lanes[0]?.bytesAtRisk ?? 0) > 0, 'nothing was said to be at risk');
  following.delivery.release();
  await until(() => following.reports.at(-1)?.lanes[0]?.filesFollowed === 2, 'the deleted files are still there');
  clock.pass(61_000);
  await until(() => (following.reports.at(-1)?.lanes[0]?.bytesLost ?? 0) > 0, 'nothing was counted as lost');
  await following.scan();
  const lane = await following.lane();
  const files = new Set(following.memory.events.map(({ file }) => file));
  assert.ok(files.size > 1, 'a deleted file was read through its handle');
  // The rows of each file, and the bytes of those that went unread, make up all that was written.
  const bytes = following.memory.delivered.reduce((sum, { slice }) => sum + slice.end - slice.start, 0);
  const written = Array.from({ length: 20 }, (_, index) => header + rows((index + 1) * 20, 20)).join('').length;
  assert.equal(bytes + lane.bytesLost, written + header.length, content);
  assert.notEqual(lane.lostAt, null);
  assert.equal(lane.bytesAtRisk, 0);
});

test('what is in flight is bounded: reading stops when it is full and goes on when there is room', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 2000));
  await following.write(hour(1), header + rows(2000, 2000));
  const agent = await following.start({ limits: { inFlightBytesMax: 20_000, sliceBytesMax: 4096 } });
  following.delivery.hold();
  await until(() => agent.status().limitsHit.includes('bytes in flight'), 'the limit was not hit');
  assert.ok(following.delivery.waitingBytes <= 20_000);
  following.delivery.release();
  await within(agent.firstScanDelivered, 'the first scan was not delivered');
  assert.ok(following.delivery.waitingBytesMost <= 20_000);
  assert.ok(following.delivery.waitingBytesMost > 10_000, 'several slices are on their way at a time');
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 4000)));
});

test('a refused slice is read and delivered again, and nothing behind it before', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 500));
  await following.start({ limits: { sliceBytesMax: 2048 } });
  following.delivery.refuseNext = 3;
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 500));
  assert.ok(following.delivery.refused >= 3);
  assert.ok((await following.lane()).publishErrors >= 1);
});

test('a rename that is stored never carries a position whose rows were refused', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 5));
  const agent = await following.start({ logs: often(following) });
  await following.scan();
  following.delivery.hold();
  await following.append(hour(0), rows(5, 5));
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  await rename(following.path(hour(0)), following.path(hour(1)));
  await severalScans(agent);
  following.delivery.refuseNext = 1;
  following.delivery.release();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
});

test('a lane whose record was refused is stored before anything of it is durable', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 5));
  const agent = await following.start({}, (delivery) => {
    delivery.refuseNextRecords = 2;
  });
  await within(agent.firstScanDelivered, 'the first scan was not delivered');
  assert.deepEqual(following.sessions, sessions(0, 5));
  const [lane] = following.memory.lanes.values();
  assert.equal(following.memory.file(hour(0))?.lane, lane?.id);
  assert.equal(lane?.readBackDone, true);
});

test('rows of a deleted file that were refused are read again through its handle', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 5));
  await following.write(hour(1), header);
  const agent = await following.start({ logs: often(following) });
  following.delivery.hold();
  await until(() => following.delivery.waiting === 2, 'the files were not handed over');
  await rm(following.path(hour(0)));
  await severalScans(agent);
  following.delivery.refuseNext = 2;
  following.delivery.release();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 5));
  await until(() => agent.status().openFiles === 1, 'the deleted file was not closed');
});

/** Until more than one of them must have been looked through. */
async function severalScans(agent: Agent): Promise<void> {
  let scans = 0;
  let lastScanAt = agent.status().paths[0]?.lastScanAt;
  await until(() => {
    const at = agent.status().paths[0]?.lastScanAt;
    if (at !== lastScanAt) scans++;
    lastScanAt = at;
    return scans > 5;
  }, 'no scans came');
}

test('a lane whose slices are refused holds up no other lane', async () => {
  await using following = await Following.create();
  await following.write('POP32026112010-1.LOG', header + rows(0, 10, 'pop'));
  await following.write('IMAP42026112010-1.LOG', header + rows(0, 10, 'imap'));
  await following.start({ times: { backoffFirstMs: 5, backoffMaxMs: 10 } });
  following.delivery.refuseLane = (lane) => lane.protocol === 'pop3';
  await until(() => following.memory.rowsBySession.has('imap9'), 'the other lane stood still');
  assert.ok(!following.memory.rowsBySession.has('pop0'));
  following.delivery.refuseLane = null;
  await following.scan();
  assert.equal(following.sessions.length, 20);
});

test('a restart while the output is blocked loses and doubles nothing', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 100));
  await following.start({ limits: { sliceBytesMax: 2048 } });
  following.delivery.hold();
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  await following.kill();
  await following.append(hour(0), rows(100, 100));
  await following.start({ limits: { sliceBytesMax: 2048 } });
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 200));
});

test('a stop while the output is blocked ends in its time, and the next start reads on', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 100));
  const agent = await following.start();
  following.delivery.hold();
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  await within(agent.stop(50), 'the agent did not stop', 5000);
  assert.equal(agent.status().openFiles, 0);
  following.delivery.kill();
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 100));
});

/** Nothing becomes durable before something else is handed over: as on a server that never pauses. */
class Trailing extends MemoryDelivery {
  #next = Promise.withResolvers<void>();

  override async deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
    const handed = super.deliver(slice, events);
    await this.#next.promise;
    await handed;
  }

  override kill(): void {
    this.#next.resolve();
    super.kill();
  }
}

test('the first scan is delivered although something is always on its way', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 5));
  const delivery = new Trailing(following.memory);
  const agent = await following.start({ delivery, logs: often(following) });
  let isDelivered = false;
  void agent.firstScanDelivered.then(() => (isDelivered = true));
  let number = 5;
  let isWriting = false;
  await until(() => {
    if (!isWriting) {
      isWriting = true;
      void following.append(hour(0), rows(number++, 1)).then(() => (isWriting = false));
    }
    return isDelivered && agent.status().bytes.inFlight > 0;
  }, 'the first scan was not delivered');
  delivery.kill();
});

test('a stop lets what is in flight become durable', async () => {
  await using following = await Following.create();
  await following.write(hour(0), header + rows(0, 100));
  const agent = await following.start();
  following.delivery.hold();
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  const stopping = agent.stop();
  following.delivery.release();
  await within(stopping, 'the agent did not stop', 5000);
  assert.deepEqual(following.sessions, sessions(0, 100));
});
