import { flushCompileCache } from 'node:module';
import { runUntilStopped } from '../runtime/lifecycle.ts';

/**
 * Runs a serving command until it is asked to stop; answers its exit status. The end of standard input counts only
 * where `--stop-on-stdin-end` says so: service managers start programs with an input that ends at once.
 */
export async function untilStopped(
  options: Readonly<Record<string, unknown>>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<number> {
  return await runUntilStopped(
    async (signal) => {
      await work(signal);
      return 0;
    },
    {
      ...(options['stopOnStdinEnd'] === true ? { input: process.stdin } : {}),
      onLate: () => process.stderr.write('straggler: stopping took too long and was cut short; nothing is lost\n'),
    },
  );
}

/** Resolves when the signal fires. For a command that serves by now. */
export async function stopAskedFor(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // All that it needs is loaded. Node itself keeps what it made of it at an orderly end only, which may never come.
  flushCompileCache();
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
