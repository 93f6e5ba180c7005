import { setFlagsFromString } from 'node:v8';

/**
 * For programs that run for weeks beside others, and those that read much and keep little of it. V8 lets the place where
 * objects begin grow to 64 MiB and more; from now on it grows no more, and what it has given back while little happened
 * stays given back. The flag is looked at whenever that place would grow, so it may be set while running.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** And the rest of it is cleared when it has doubled, not quadrupled: for programs that keep little and throw away much. */
export function clearHeapOften(): void {
  setFlagsFromString('--heap-growing-percent=120');
}
