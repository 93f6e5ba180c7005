/**
 * How a serving command ends. The first SIGINT or SIGTERM asks it to stop: its AbortSignal fires, and it closes what
 * it has opened. A second one, or an end that takes longer than the deadline, ends the process at once; nothing is
 * lost by that, because everything that matters is durable before it is relied on.
 */

/** Exit status after a clean stop, as shells expect it: 128 and the signal's number. */
const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof exitStatus;

const stopDeadlineMs = 5000;

interface StopSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface LifecycleOptions {
  readonly source?: StopSource;
  readonly exit?: (status: number) => void;
  readonly deadlineMs?: number;
  /** The deadline has passed: said just before the process ends. */
  readonly onLate?: () => void;
}

/**
 * Runs `work` until it is done or the process is asked to stop; answers the exit status. What `work` throws is thrown,
 * but for the AbortError of the stop itself.
 */
export async function runUntilStopped(
  work: (signal: AbortSignal) => Promise<number>,
  options: LifecycleOptions = {},
): Promise<number> {
  const { source = process, exit = process.exit, deadlineMs = stopDeadlineMs, onLate } = options;
  const stop = new AbortController();
  let status: number | null = null;
  let deadline: NodeJS.Timeout | undefined;

  const onSignal = (signal: StopSignal): void => {
    if (status !== null) return exit(exitStatus[signal]);
    status = exitStatus[signal];
    deadline = setTimeout(() => {
      onLate?.();
      exit(1);
    }, deadlineMs);
    stop.abort();
  };

  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  try {
    const done = await work(stop.signal);
    return status ?? done;
  } catch (error) {
    if (status !== null && error instanceof Error && error.name === 'AbortError') return status;
    throw error;
  } finally {
    clearTimeout(deadline);
    source.off('SIGINT', onSignal);
    source.off('SIGTERM', onSignal);
  }
}
