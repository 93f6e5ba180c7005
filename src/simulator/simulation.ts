/**
 * The story, told in real time: what `straggler simulate` does, and what lies beneath the demo.
 *
 * Rows always bear the wall clock's time, or nothing that looks at "the last hour" would be true. `speed` makes more
 * happen, not time pass faster: at speed 10 a device that polls every minute polls every six seconds, and the move of
 * four minutes is over after 24 seconds, while the hourly files still change on the hour.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../runtime/clock.ts';
import { UserError } from '../runtime/errors.ts';
import { storyBackMs, storyDevices, storyServers } from './story.ts';
import type { Truth } from './truth.ts';
import { createWorld, type World } from './world.ts';

export interface SimulationOptions {
  /** Empty, absent, or one that an earlier simulation wrote: that one is gone on with, as if all services restarted. */
  readonly directory: string;
  readonly seed: number;
  /** How many times as much happens; 1 is everyday. */
  readonly speed: number;
  readonly clock: Clock;
}

export interface Simulation {
  readonly world: World;
  /** Writes as time passes until the signal; then closes the files and writes `truth.json`. */
  run(signal: AbortSignal): Promise<void>;
}

const stepMs = 100;
const truthEveryMs = 10_000;

/** Writes the story's past, at once; the rest comes with `run`. */
export function prepareSimulation(options: SimulationOptions): Simulation {
  const { directory, seed, speed, clock } = options;
  const earlier = earlierTruth(directory);
  const beginMs = clock.now();
  const world = createWorld({
    directory,
    seed,
    startMs: earlier === null ? beginMs - storyBackMs : beginMs,
    servers: storyServers,
    devices: earlier === null ? storyDevices(seed, beginMs) : fromNowOn(seed, beginMs),
    style: { mode: 'batch' },
    earlier,
  });
  world.advanceTo(beginMs);
  world.setStyle({ mode: 'row' });
  world.setPace(speed);
  world.writeTruth();
  return { world, run: (signal) => run(world, clock, signal) };
}

/** `prepareSimulation` and `run` in one. */
export async function runSimulation(options: SimulationOptions & { readonly signal: AbortSignal }): Promise<void> {
  await prepareSimulation(options).run(options.signal);
}

async function run(world: World, clock: Clock, signal: AbortSignal): Promise<void> {
  let truthAtMs = clock.monotonic();
  try {
    while (!signal.aborted) {
      world.advanceTo(clock.now());
      if (clock.monotonic() - truthAtMs >= truthEveryMs) {
        truthAtMs = clock.monotonic();
        world.writeTruth();
      }
      await sleep(stepMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  } finally {
    world.close();
    world.writeTruth();
  }
}

/** The devices of a story whose past has been written already: everybody begins now, and what was once is over. */
function fromNowOn(seed: number, beginMs: number): ReturnType<typeof storyDevices> {
  return storyDevices(seed, beginMs)
    .filter((device) => device.untilMs === undefined || device.untilMs > beginMs)
    .map((device) => {
      const { fromMs, ...rest } = device;
      return fromMs === undefined || fromMs < beginMs ? rest : device;
    });
}

/** The truth of an earlier simulation in the directory; null when it is empty. Anything else is left alone. */
function earlierTruth(directory: string): Truth | null {
  mkdirSync(directory, { recursive: true });
  const names = readdirSync(directory);
  if (names.length === 0) return null;
  const remedy = 'Name an empty directory, or one that an earlier simulation wrote.';
  if (!names.includes('truth.json')) {
    throw new UserError(`Cannot simulate in ${directory}: it holds files that no simulation wrote.`, { remedy });
  }
  try {
    const truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')) as Truth;
    if (truth.schema === 'straggler.truth.v1') return truth;
  } catch (cause) {
    throw new UserError(`Cannot simulate in ${directory}: its truth.json cannot be read.`, { remedy, cause });
  }
  throw new UserError(`Cannot simulate in ${directory}: its truth.json is of another version.`, { remedy });
}
