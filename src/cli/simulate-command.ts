import { systemClock } from '../runtime/clock.ts';
import { runSimulation } from '../simulator/simulation.ts';
import { positiveNumber, wholeNumber } from './numbers.ts';
import { untilStopped } from './until-stopped.ts';

export async function simulateCommand(directory: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const speed = positiveNumber('--speed', options['speed']);
  const seed = wholeNumber('--seed', options['seed']);
  process.stderr.write(`Writing logs below ${directory} until Ctrl+C; truth.json there holds what they say.\n`);
  return await untilStopped(options, async (signal) => {
    await runSimulation({ directory, seed, speed, clock: systemClock, signal });
  });
}
