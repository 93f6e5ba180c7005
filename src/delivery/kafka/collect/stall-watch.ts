/**
 * Records that nobody counts. Ownership of other collectors cannot be asked for, but what an owner does can be seen:
 * a partition whose committed position stands still while records wait behind it has no owner that works.
 */
import type { Clock } from '../../../runtime/clock.ts';
import type { LogRange } from './position.ts';

const stalledAfterMs = 60_000;

interface Seen {
  readonly position: number;
  readonly waiting: number;
  /** Monotonic time since which the position stands still with records behind it. */
  readonly since: number;
}

export class StallWatch {
  readonly #clock: Clock;
  readonly #seen = new Map<number, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `position` answers the committed position of a partition, null before its first commit. */
  update(ranges: ReadonlyMap<number, LogRange>, position: (partition: number) => number | null): void {
    const now = this.#clock.monotonic();
    for (const [partition, { low, high }] of ranges) {
      const at = Math.max(position(partition) ?? low, low);
      const before = this.#seen.get(partition);
      const waiting = Math.max(0, high - at);
      const still = before !== undefined && before.position === at && before.waiting > 0 && waiting > 0;
      this.#seen.set(partition, { position: at, waiting, since: still ? before.since : now });
    }
  }

  lag(topic: string): { topic: string; partition: number; messages: number }[] {
    return [...this.#seen].map(([partition, { waiting }]) => ({ topic, partition, messages: waiting }));
  }

  reasons(): string[] {
    const now = this.#clock.monotonic();
    const stalled = [...this.#seen].filter(([, seen]) => seen.waiting > 0 && now - seen.since > stalledAfterMs);
    if (stalled.length === 0) return [];
    const waiting = stalled.reduce((sum, [, seen]) => sum + seen.waiting, 0);
    return [`${waiting} records wait in ${stalled.length} partitions that nobody counts`];
  }
}
