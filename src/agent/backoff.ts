/** Milliseconds to wait after the nth failure in a row, from 1: doubling, capped, and jittered down by up to a half. */
export function backoffMs(
  failures: number,
  firstMs: number,
  maxMs: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full * (1 - random() / 2);
}
