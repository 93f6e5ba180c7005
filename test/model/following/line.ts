/** A delivery on a state folder that outlives it, and what was counted by it so far. */
import type { Delivery } from '../../../src/delivery/delivery.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';
import type { Faults } from './faults.ts';

export interface OpenLine extends AsyncDisposable {
  readonly delivery: Delivery;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
}

export interface Line {
  /** One start of the process; with its end comes another. */
  open(faults: Faults, clock: Clock): Promise<OpenLine>;
  /** By key. What is not yet committed is not in it. */
  counted(): ReadonlyMap<string, Sighting>;
}
