import { InvalidArgumentError } from 'commander';

const threadsMax = 64;

/** For commander: how many threads work, 1 to 64. */
export function threadsParser(text: string): number {
  const threads = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (threads < 1 || threads > threadsMax) throw new InvalidArgumentError(`write a number from 1 to ${threadsMax}.`);
  return threads;
}
