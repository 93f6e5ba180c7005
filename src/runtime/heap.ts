import { setFlagsFromString } from 'node:v8';

/**
 * For programs that run for weeks beside others. V8 lets the place where objects begin grow to 64 MiB and more, which
 * here saves no time: of a log's events most live until they are delivered, whatever the size. So it stays as small as
 * it is at the start. The flag is looked at whenever that place would grow, so it may be set while running.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** And the rest of it is cleared when it has doubled, not quadrupled: for programs that keep little and throw away much. */
export function clearHeapOften(): void {
  setFlagsFromString('--heap-growing-percent=120');
}
