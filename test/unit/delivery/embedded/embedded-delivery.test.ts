import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionEvent } from '../../../../src/event/connection-event.ts';
import { EmbeddedDelivery } from '../../../../src/delivery/embedded/embedded-delivery.ts';
import type { EmbeddedDeliveryParts, SightingStore } from '../../../../src/delivery/embedded/embedded-delivery.ts';
import { paceLimits } from '../../../../src/delivery/embedded/pace.ts';
import type { StoreCommit } from '../../../../src/delivery/embedded/store-calls.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import type { Logger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { LogLane } from '../../../contract/log-lane.ts';
import type { HandedSlice } from '../../../contract/log-lane.ts';

/** A store whose commits end when the test says how. (SQLite itself: test/contract, disk-full.test.ts.) */
class HeldStore implements SightingStore {
  readonly commits: { change: StoreCommit; save: () => void; fail: (error: unknown) => void }[] = [];
  #onCommit: (() => void)[] = [];

  commit(change: StoreCommit): Promise<void> {
    return new Promise((resolve, reject) => {
      this.commits.push({ change, save: resolve, fail: reject });
      for (const told of this.#onCommit.splice(0)) told();
    });
  }

  /** The commit with this number, from 0, once it has been asked for. */
  async at(index: number): Promise<(typeof this.commits)[number]> {
    for (;;) {
      const commit = this.commits[index];
      if (commit !== undefined) return commit;
      await new Promise<void>((resolve) => this.#onCommit.push(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class Lines implements Logger {
  readonly lines: string[] = [];
  readonly debug = (): void => {};
  readonly info = (_: object, message: string): void => void this.lines.push(`info ${message}`);
  readonly warn = (_: object, message: string): void => void this.lines.push(`warn ${message}`);
  readonly error = (_: object, message: string): void => void this.lines.push(`error ${message}`);
  readonly child = (): Logger => this;
}

function setUp(parts: Partial<EmbeddedDeliveryParts> = {}) {
  const store = new HeldStore();
  const clients = new CountedClients();
  const logger = new Lines();
  const fatal: unknown[] = [];
  const delivery = new EmbeddedDelivery({
    state: { agent: 'a', lanes: [], files: [] },
    store,
    committed: clients,
    observer: clients,
    logger,
    clock: systemClock,
    random: () => 0,
    limits: { ...paceLimits, everyMs: 0, gatherMs: 0 },
    canRetry: (error) => error instanceof UserError && error.retryable,
    onFatal: (error) => fatal.push(error),
    ...parts,
  });
  const hand = ({ slice, events }: HandedSlice): Promise<void> => delivery.deliver(slice, events);
  return { store, clients, logger, fatal, delivery, hand };
}

const full = new UserError('The disk is full.', { retryable: true });
const lane = new LogLane('ex01');

test('nothing is shown, and nothing resolved, before it is durable', async () => {
  const { store, clients, delivery, hand } = setUp();
  let resolved = false;
  const handed = hand(lane.slice(0, { events: 3 })).then(() => (resolved = true));
  const commit = await store.at(0);
  assert.equal(resolved, false);
  assert.equal(clients.commits, 0);
  assert.equal(clients.accepted, 0);
  assert.equal(delivery.lane(lane.record.id).pendingBytes, 1000);
  assert.equal(delivery.lane(lane.record.id).oldestUnackedAt, lane.slice(0).slice.readAt);
  commit.save();
  await handed;
  assert.deepEqual(clients.counted(), expectedOf([lane.slice(0, { events: 3 })]));
  assert.equal(clients.accepted, 3);
  assert.equal(clients.savedAt.length, 1);
  assert.equal(clients.lags.length, 3);
  assert.equal(delivery.lane(lane.record.id).pendingBytes, 0);
});

test('what comes while a commit is on its way goes into the next one, on top of it', async () => {
  const { store, clients, hand } = setUp();
  const first = hand(lane.slice(0));
  const one = await store.at(0);
  const rest = [hand(lane.slice(1)), hand(lane.slice(2))];
  one.save();
  await first;
  (await store.at(1)).save();
  await Promise.all(rest);
  assert.equal(store.commits.length, 2);
  assert.deepEqual(clients.counted(), expectedOf(lane.slices(0, 3)));
  assert.deepEqual(
    store.commits.map(({ change }) => change.files.map(({ offset }) => offset)),
    [[1000], [3000]],
  );
});

test('what cannot be saved is kept, tried again as it is, and said once', async () => {
  const { store, clients, logger, delivery, hand } = setUp();
  const first = hand(lane.slice(0));
  (await store.at(0)).fail(full);
  const second = hand(lane.slice(1));
  (await store.at(1)).fail(full);
  assert.deepEqual(delivery.status(), {
    stateComplete: false,
    connected: true,
    reasons: ['The disk is full.'],
    lag: [],
  });
  assert.equal(clients.commits, 0);
  const third = await store.at(2);
  assert.deepEqual(third.change, store.commits[0]?.change);
  assert.equal(delivery.lane(lane.record.id).publishErrors, 2);
  third.save();
  await first;
  (await store.at(3)).save();
  await second;
  assert.deepEqual(clients.counted(), expectedOf(lane.slices(0, 2)));
  assert.deepEqual(delivery.status().reasons, []);
  assert.equal(delivery.status().stateComplete, true);
  assert.deepEqual(
    logger.lines.map((line) => line.replace(/\d+ s/, 'N s')),
    ['error Nothing can be saved, and nothing new is shown: The disk is full.', 'info Saving works again, after N s'],
  );
});

test('what no retry can help ends it: everything is refused, nothing more is saved', async () => {
  const { store, clients, fatal, delivery, hand } = setUp();
  const damaged = new UserError('The state is damaged.');
  const refused = [hand(lane.slice(0)), hand(lane.slice(1))].map((handed) => assert.rejects(handed, damaged));
  (await store.at(0)).fail(damaged);
  await Promise.all(refused);
  await assert.rejects(hand(lane.slice(2)), damaged);
  await assert.rejects(delivery.record({}), damaged);
  assert.deepEqual(fatal, [damaged]);
  assert.deepEqual(delivery.status().reasons, ['The state is damaged.']);
  assert.equal(clients.commits, 0);
  assert.equal(store.commits.length, 1);
  await delivery.drain(60_000);
  await delivery[Symbol.asyncDispose]();
});

test('an event that cannot be counted ends it before half of its slice is saved', async () => {
  const { store, fatal, hand } = setUp();
  const { slice, events } = lane.slice(0, { events: 3 });
  const broken = { ...events[2], users: null } as unknown as ConnectionEvent;
  await assert.rejects(hand({ slice, events: [...events.slice(0, 2), broken] }), TypeError);
  assert.equal(fatal.length, 1);
  assert.equal(store.commits.length, 0);
});

test('a slice that does not follow is refused alone, and changes nothing', async () => {
  const { store, clients, fatal, hand } = setUp();
  const first = hand(lane.slice(0));
  await assert.rejects(hand(lane.slice(2)), /does not follow/);
  await assert.rejects(hand(lane.slice(3)), /does not follow/);
  const second = hand(lane.slice(1));
  (await store.at(0)).save();
  (await store.at(1)).save();
  await Promise.all([first, second]);
  assert.deepEqual(clients.counted(), expectedOf(lane.slices(0, 2)));
  assert.deepEqual(fatal, []);
});

test('a step that has its clients takes no more: the rest waits, and the bound is said', async () => {
  const { store, clients, hand } = setUp({ limits: { ...paceLimits, everyMs: 0, gatherMs: 0, keysMax: 1 } });
  const handed = [0, 1, 2, 3].map((number) => hand(lane.slice(number, { events: 2 })));
  for (const index of [0, 1, 2, 3]) (await store.at(index)).save();
  await Promise.all(handed);
  assert.deepEqual(
    store.commits.map(({ change }) => change.files[0]?.offset),
    [1000, 2000, 3000, 4000],
  );
  assert.ok(clients.bounds.includes('commit keys'));
  assert.deepEqual(clients.counted(), expectedOf([0, 1, 2, 3].map((number) => lane.slice(number, { events: 2 }))));
});

test('clients that are met while reading back, or were known, are not first seen live', async () => {
  const { store, clients, hand } = setUp();
  const old = hand(lane.slice(0, { events: 8, readingBack: true }));
  (await store.at(0)).save();
  await old;
  assert.deepEqual(clients.firstSeenLive, []);
  assert.deepEqual(clients.lags, [], 'old rows have no lag');
  const now = hand(lane.slice(1, { events: 8 }));
  (await store.at(1)).save();
  await now;
  const before = expectedOf([lane.slice(0, { events: 8 })]);
  const after = [...expectedOf([lane.slice(0, { events: 8 }), lane.slice(1, { events: 8 })]).keys()];
  assert.deepEqual(
    clients.firstSeenLive.toSorted(),
    after.filter((key) => !before.has(key)),
  );
});

test('closing during an outage gives up in time and rejects what is not saved', async () => {
  const { store, clients, delivery, hand } = setUp();
  const handed = assert.rejects(hand(lane.slice(0)), full);
  const failing = (async (): Promise<void> => {
    for (let index = 0; ; index++) (await store.at(index)).fail(full);
  })();
  void failing;
  await delivery.drain(1);
  await delivery[Symbol.asyncDispose]();
  await handed;
  assert.equal(clients.commits, 0);
});
