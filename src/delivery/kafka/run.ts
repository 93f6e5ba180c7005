/**
 * The random id of one run of an agent. Marks are kept per run: a clone of the agent that continues under the same run
 * would have its events taken for duplicates, and lost. So every start draws a run, and so does whatever looks like a
 * virtual machine that was copied or rolled back with its memory: a wall clock that jumps against the monotonic one,
 * or another machine id. A run too many costs nothing.
 */
import type { Clock } from '../../runtime/clock.ts';

export interface RunSource {
  /** To be asked before each slice is cut; another answer than before means that a new run begins. */
  current(): string;
}

export interface RunInputs {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Id of this machine, blank where it has none. */
  readonly machineId: () => string;
}

/** More than a clock that is slewed drifts between two slices of a busy agent, less than a resumed machine loses. */
const jumpMs = 1000;
const machineIdEveryMs = 10_000;

export function runSource(inputs: RunInputs): RunSource {
  const { clock } = inputs;
  let run = inputs.newId();
  let machine = inputs.machineId();
  let wall = clock.now();
  let monotonic = clock.monotonic();
  let machineSeenAt = monotonic;

  function changed(): boolean {
    const [wallBefore, monotonicBefore] = [wall, monotonic];
    [wall, monotonic] = [clock.now(), clock.monotonic()];
    if (Math.abs(wall - wallBefore - (monotonic - monotonicBefore)) > jumpMs) return true;
    if (monotonic - machineSeenAt < machineIdEveryMs) return false;
    machineSeenAt = monotonic;
    const machineBefore = machine;
    machine = inputs.machineId();
    return machine !== machineBefore;
  }

  return {
    current: () => {
      if (changed()) run = inputs.newId();
      return run;
    },
  };
}
