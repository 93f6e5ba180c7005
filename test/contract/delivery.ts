/**
 * What every delivery promises (src/delivery/delivery.ts), as tests. An implementation brings a place in which its
 * state lives, and a way to kill the process that works there as `kill -9` does.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, LaneDelivery } from '../../src/delivery/delivery.ts';
import { expectedOf } from './expected.ts';
import type { Counted } from './expected.ts';
import { LogLane } from './log-lane.ts';
import type { HandedSlice } from './log-lane.ts';

/** A delivery, perhaps in another process, which cannot answer at once. */
export interface AskedDelivery extends Omit<Delivery, 'lane'> {
  lane(id: string): LaneDelivery | Promise<LaneDelivery>;
}

/** A delivery at work. Disposing of `delivery` closes it in order. */
interface OpenDelivery {
  readonly delivery: AskedDelivery;
  /** What has been counted of all that was delivered at this place, once nothing is on its way any more. */
  counted(): Promise<Counted>;
  /** Ends the process that delivers, at once, wherever it is. What it promised before stays promised. */
  kill(): Promise<void>;
}

/** Where one state lives: opened again and again, never by two at a time. */
export interface DeliveryPlace extends AsyncDisposable {
  open(): Promise<OpenDelivery>;
}

export interface ContractOptions {
  /** Why it cannot run here. */
  readonly skip?: string | false;
  readonly timeoutMs?: number;
}

async function handAll(delivery: AskedDelivery, slices: readonly HandedSlice[]): Promise<void> {
  await Promise.all(slices.map(({ slice, events }) => delivery.deliver(slice, events)));
}

/** How many slices of a lane are durable, by its position. */
function durableSlices(delivery: AskedDelivery, lane: LogLane): number {
  const file = delivery.state.files.find(({ id }) => id === lane.fileId);
  return file === undefined ? 0 : file.offset / 1000;
}

/** For each promise, whether it was kept. */
async function outcomes(promises: readonly Promise<void>[]): Promise<boolean[]> {
  return (await Promise.allSettled(promises)).map(({ status }) => status === 'fulfilled');
}

export function deliveryContract(
  name: string,
  makePlace: () => Promise<DeliveryPlace>,
  { skip = false, timeoutMs = 120_000 }: ContractOptions = {},
): void {
  const promise = (sentence: string, body: (place: DeliveryPlace) => Promise<void>): void => {
    test(`${name}: ${sentence}`, { skip, timeout: timeoutMs }, async () => {
      await using place = await makePlace();
      await body(place);
    });
  };

  promise('a new state has an id of its own, which stays, and nothing in it', async (place) => {
    const first = await place.open();
    const { agent, lanes, files } = first.delivery.state;
    assert.ok(agent.length >= 16);
    assert.deepEqual([lanes, files], [[], []]);
    await first.delivery[Symbol.asyncDispose]();
    const second = await place.open();
    assert.equal(second.delivery.state.agent, agent);
    await second.delivery[Symbol.asyncDispose]();
  });

  promise('what was delivered is there after kill -9, the position and the counts', async (place) => {
    const lane = new LogLane('ex01');
    const first = await place.open();
    await first.delivery.record({ lanes: [lane.record] });
    await handAll(first.delivery, lane.slices(0, 5));
    await first.kill();
    const second = await place.open();
    assert.deepEqual(second.delivery.state.lanes, [lane.record]);
    assert.deepEqual(second.delivery.state.files, [lane.file(5)]);
    assert.deepEqual(await second.counted(), expectedOf(lane.slices(0, 5)));
    await second.delivery[Symbol.asyncDispose]();
  });

  promise(
    'kill -9 with slices on their way leaves each lane at the end of a slice, and counts just those',
    async (place) => {
      const lanes = [new LogLane('ex01', 1), new LogLane('ex02', 2), new LogLane('ex03', 3)];
      const first = await place.open();
      await first.delivery.record({ lanes: lanes.map(({ record }) => record) });
      await handAll(
        first.delivery,
        lanes.flatMap((lane) => lane.slices(0, 20)),
      );
      const onTheirWay = lanes.map((lane) =>
        outcomes(lane.slices(20, 40).map(({ slice, events }) => first.delivery.deliver(slice, events))),
      );
      await first.kill();
      const kept = (await Promise.all(onTheirWay)).map((outcome) => 20 + outcome.filter(Boolean).length);

      const second = await place.open();
      const durable = lanes.map((lane) => durableSlices(second.delivery, lane));
      for (const [index, count] of durable.entries()) {
        assert.ok(count >= (kept[index] ?? 0), `lane ${index}: ${kept[index]} promised, ${count} durable`);
      }
      const half = lanes.flatMap((lane, index) => lane.slices(0, durable[index] ?? 0));
      assert.deepEqual(await second.counted(), expectedOf(half));

      const rest = lanes.flatMap((lane, index) => lane.slices(durable[index] ?? 0, 50));
      await handAll(second.delivery, rest);
      assert.deepEqual(await second.counted(), expectedOf([...half, ...rest]));
      await second.delivery[Symbol.asyncDispose]();
    },
  );

  promise('slices of a lane become durable in the order in which they were handed over', async (place) => {
    const lane = new LogLane('ex01');
    const { delivery } = await place.open();
    await delivery.record({ lanes: [lane.record] });
    const order: number[] = [];
    await Promise.all(
      lane
        .slices(0, 30)
        .map(({ slice, events }, index) => delivery.deliver(slice, events).then(() => order.push(index))),
    );
    assert.deepEqual(order, [...order.keys()]);
    assert.equal(order.length, 30);
    await delivery[Symbol.asyncDispose]();
  });

  promise(
    'closing keeps a first part of each lane and rejects the rest, which is not there afterwards',
    async (place) => {
      const lanes = [new LogLane('ex01', 1), new LogLane('ex02', 2)];
      const first = await place.open();
      await first.delivery.record({ lanes: lanes.map(({ record }) => record) });
      const handedOver = lanes.map((lane) =>
        outcomes(lane.slices(0, 20).map(({ slice, events }) => first.delivery.deliver(slice, events))),
      );
      await first.delivery[Symbol.asyncDispose]();
      const kept = await Promise.all(handedOver);
      await assert.rejects(first.delivery.deliver(...handed(lanes[0]?.slice(20))));
      await assert.rejects(first.delivery.record({ lanes: [] }));

      const second = await place.open();
      const durable = lanes.flatMap((lane, index) => {
        const count = kept[index]?.indexOf(false) ?? 0;
        const until = count < 0 ? 20 : count;
        assert.ok(!kept[index]?.slice(until).includes(true), 'nothing is kept behind a slice that was rejected');
        assert.equal(durableSlices(second.delivery, lane), until);
        return lane.slices(0, until);
      });
      assert.deepEqual(await second.counted(), expectedOf(durable));
      await second.delivery[Symbol.asyncDispose]();
    },
  );

  promise('many slices of several lanes at once are each counted once', async (place) => {
    const lanes = [1, 2, 3, 4, 5].map((seed) => new LogLane(`ex0${seed}`, seed));
    const { delivery, counted } = await place.open();
    await delivery.record({ lanes: lanes.map(({ record }) => record) });
    const slices = Array.from({ length: 60 }, (_, number) => lanes.map((lane) => lane.slice(number))).flat();
    await handAll(delivery, slices);
    assert.deepEqual(await counted(), expectedOf(slices));
    for (const lane of lanes) {
      const { pendingBytes, deadLetters } = await delivery.lane(lane.record.id);
      assert.deepEqual({ pendingBytes, deadLetters }, { pendingBytes: 0, deadLetters: 0 });
    }
    await delivery[Symbol.asyncDispose]();
  });

  promise('rows that are read back count as any other', async (place) => {
    const lane = new LogLane('ex01');
    const { delivery, counted } = await place.open();
    await delivery.record({ lanes: [lane.record] });
    const slices = [0, 1, 2, 3].map((number) => lane.slice(number, { readingBack: number < 2 }));
    await handAll(delivery, slices);
    assert.deepEqual(await counted(), expectedOf(slices));
    await delivery[Symbol.asyncDispose]();
  });

  promise('a slice without events moves the position all the same', async (place) => {
    const lane = new LogLane('ex01');
    const first = await place.open();
    await first.delivery.record({ lanes: [lane.record] });
    await handAll(first.delivery, [lane.slice(0, { events: 0 }), lane.slice(1, { events: 0 })]);
    await first.kill();
    const second = await place.open();
    assert.deepEqual(second.delivery.state.files, [lane.file(2)]);
    await second.delivery[Symbol.asyncDispose]();
  });

  promise('records change in one transaction, in order with the slices', async (place) => {
    const [lane, other] = [new LogLane('ex01', 1), new LogLane('ex02', 2)];
    const first = await place.open();
    const changed = { ...lane.record, readBackDone: true, bytesLost: 7, lostAt: 12 };
    await Promise.all([
      first.delivery.record({ lanes: [lane.record, other.record], files: [other.file(0)] }),
      first.delivery.deliver(...handed(lane.slice(0))),
      first.delivery.record({ lanes: [changed], files: [{ ...lane.file(1), missingSince: 5 }] }),
      first.delivery.record({ forgottenFiles: [other.fileId] }),
    ]);
    await first.kill();
    const second = await place.open();
    const { lanes, files } = second.delivery.state;
    assert.deepEqual(
      lanes.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
      [changed, other.record],
    );
    assert.deepEqual(files, [{ ...lane.file(1), missingSince: 5 }]);
    await second.delivery[Symbol.asyncDispose]();
  });

  promise('it goes on where it stood, over several starts', async (place) => {
    const lane = new LogLane('ex01');
    for (let start = 0; start < 3; start++) {
      const { delivery, counted, kill } = await place.open();
      if (start === 0) await delivery.record({ lanes: [lane.record] });
      assert.equal(durableSlices(delivery, lane), start * 4);
      await handAll(delivery, lane.slices(start * 4, start * 4 + 4));
      assert.deepEqual(await counted(), expectedOf(lane.slices(0, start * 4 + 4)));
      await (start === 1 ? kill() : delivery[Symbol.asyncDispose]());
    }
  });

  promise('drain brings out what was handed over, and does not wait longer than it may', async (place) => {
    const lane = new LogLane('ex01');
    const { delivery, counted } = await place.open();
    await delivery.record({ lanes: [lane.record] });
    const handedOver = outcomes(lane.slices(0, 10).map(({ slice, events }) => delivery.deliver(slice, events)));
    await delivery.drain(60_000);
    assert.deepEqual(
      await handedOver,
      Array.from({ length: 10 }, () => true),
    );
    await delivery.drain(60_000);
    await delivery.drain(0);
    assert.deepEqual(await counted(), expectedOf(lane.slices(0, 10)));
    await delivery[Symbol.asyncDispose]();
  });

  promise('a lane that it has not met has nothing on its way', async (place) => {
    const { delivery } = await place.open();
    const { pendingBytes, oldestUnackedAt, publishErrors, deadLetters, ledger } = await delivery.lane('lane-nobody');
    assert.deepEqual([pendingBytes, oldestUnackedAt, publishErrors, deadLetters, ledger], [0, null, 0, 0, []]);
    await delivery[Symbol.asyncDispose]();
  });
}

function handed(handedSlice: HandedSlice | undefined): [HandedSlice['slice'], HandedSlice['events']] {
  assert.ok(handedSlice !== undefined);
  return [handedSlice.slice, handedSlice.events];
}
