import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work`, but not longer than this. True if it is done; if not, it goes on, and its outcome is dropped. */
export async function within(ms: number, work: PromiseLike<unknown>): Promise<boolean> {
  const deadline = new AbortController();
  const done = work.then(
    () => true,
    () => true,
  );
  const late = sleep(ms, false, { signal: deadline.signal });
  try {
    return await Promise.race([done, late]);
  } finally {
    deadline.abort();
  }
}
