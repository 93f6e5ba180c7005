/** The marks of one partition, and which of them may be forgotten. */
import { comparePlaces } from './marks.ts';
import type { LaneMarks, Mark } from './marks.ts';

/** A lane that has been silent for so long is forgotten whole. */
export const laneForgottenAfterMs = 400 * 24 * 3_600_000;

/** Above it marks are forgotten early. An agent that loses its state at every start makes a lane each time. */
const marksMax = 50_000;

export class PartitionMarks {
  readonly #lanes = new Map<string, Map<string, Mark>>();

  constructor(marks: Iterable<Mark> = []) {
    for (const mark of marks) this.set(mark);
  }

  lane(id: string): LaneMarks | undefined {
    return this.#lanes.get(id);
  }

  set(mark: Mark): void {
    let runs = this.#lanes.get(mark.lane);
    if (runs === undefined) this.#lanes.set(mark.lane, (runs = new Map()));
    runs.set(mark.run, mark);
  }

  delete(lane: string, run: string): void {
    const runs = this.#lanes.get(lane);
    runs?.delete(run);
    if (runs?.size === 0) this.#lanes.delete(lane);
  }

  *[Symbol.iterator](): Generator<Mark> {
    for (const runs of this.#lanes.values()) yield* runs.values();
  }

  /**
   * Removes and answers the marks that nothing can need any more. A run is needed while one of its chunks may still
   * arrive: while the log holds records of it (a replay), and until a later run of its lane has been seen here (an
   * outbox that waited longer than the retention resends in order). A lane's newest run is kept, or its next chunk
   * would look like a gap: the price where there are more marks than `max`, and the oldest go early.
   */
  forget(earliestRecord: number, now: number, max = marksMax): { forgotten: Mark[]; full: boolean } {
    const superseded = [...this].filter((mark) => mark.record < earliestRecord && this.#superseded(mark));
    const idle = [...this]
      .filter((mark) => mark.record < earliestRecord && !this.#superseded(mark))
      .toSorted((a, b) => a.at - b.at);
    const excess = [...this].length - superseded.length - max;
    const early = idle.filter((mark, index) => index < excess || mark.at < now - laneForgottenAfterMs);
    const forgotten = [...superseded, ...early];
    for (const { lane, run } of forgotten) this.delete(lane, run);
    return { forgotten, full: excess > 0 };
  }

  #superseded(mark: Mark): boolean {
    for (const other of this.#lanes.get(mark.lane)?.values() ?? []) if (comparePlaces(other, mark) > 0) return true;
    return false;
  }
}
