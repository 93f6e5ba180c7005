import { runUntilStopped } from '../runtime/lifecycle.ts';

/** Runs a serving command until a signal asks it to stop; answers its exit status. */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  return await runUntilStopped(
    async (signal) => {
      await work(signal);
      return 0;
    },
    {
      onLate: () => process.stderr.write('straggler: stopping took too long and was cut short; nothing is lost\n'),
    },
  );
}

/** Resolves when the signal fires. */
export async function stopAskedFor(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
