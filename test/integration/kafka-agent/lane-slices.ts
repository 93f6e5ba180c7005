/** Slices of an imaginary lane, the same for the same number, and what must have arrived of them. */
import assert from 'node:assert/strict';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import type { Delivery, Slice } from '../../../src/delivery/delivery.ts';
import { LogLane } from '../../contract/log-lane.ts';

const lanes = new Map<string, LogLane>();

export function handed(lane: string, number: number): [Slice, readonly ConnectionEvent[]] {
  let log = lanes.get(lane);
  if (log === undefined) {
    log = new LogLane(lane, lanes.size + 1);
    lanes.set(lane, log);
  }
  const { slice, events } = log.slice(number);
  return [slice, events];
}

/** How many slices of a lane its state holds. */
export function durableSlices(delivery: Delivery, lane: string): number {
  const id = handed(lane, 0)[0].file.id;
  return (delivery.state.files.find((file) => file.id === id)?.offset ?? 0) / 1000;
}

/** That exactly these slices have arrived: the first so many of each lane. */
export function assertArrived(events: readonly ConnectionEvent[], slices: Readonly<Record<string, number>>): void {
  const expected = Object.entries(slices).flatMap(([lane, count]) =>
    Array.from({ length: count }, (_, number) => handed(lane, number)[1]).flat(),
  );
  const sorted = (list: readonly ConnectionEvent[]): ConnectionEvent[] =>
    list.toSorted((a, b) => (a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1));
  assert.equal(events.length, expected.length, 'events that count');
  assert.deepEqual(sorted(events), sorted(expected));
}
