/**
 * How a serving command ends. The first SIGINT or SIGTERM asks it to stop: its AbortSignal fires, and it closes what
 * it has opened. A second one, or an end that takes longer than the deadline, ends the process at once; nothing is
 * lost by that, because everything that matters is durable before it is relied on.
 *
 * On Windows no process can send SIGTERM to another one (it ends it, without a word), and Ctrl+C reaches a console
 * only. What works everywhere is the end of standard input, for whoever starts the command and keeps the other end.
 */
import type { Readable } from 'node:stream';

/** Exit status after a clean stop, as shells expect it: 128 and the signal's number. SIGBREAK is Ctrl+Break. */
const exitStatus = { SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

type StopSignal = keyof typeof exitStatus;

const stopDeadlineMs = 5000;

/** Where the other end vanishes with its process, Windows gives an error instead of an end. */
const inputEnds = ['end', 'error', 'close'] as const;

const stopSignals = Object.keys(exitStatus) as StopSignal[];

interface StopSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface LifecycleOptions {
  readonly source?: StopSource;
  /** Its end asks to stop as well, with status 0; what it says is thrown away. */
  readonly input?: Readable;
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
  const { source = process, input, exit = process.exit, deadlineMs = stopDeadlineMs, onLate } = options;
  const stop = new AbortController();
  let status: number | null = null;
  let deadline: NodeJS.Timeout | undefined;

  const askToStop = (asked: number): void => {
    status = asked;
    deadline = setTimeout(() => {
      onLate?.();
      exit(1);
    }, deadlineMs);
    stop.abort();
  };
  // Input often ends because of the same signal, just before it or just after: only a second signal is impatience.
  let isSignalled = false;
  const onSignal = (signal: StopSignal): void => {
    if (isSignalled) exit(exitStatus[signal]);
    else if (status === null) askToStop(exitStatus[signal]);
    isSignalled = true;
  };
  const onEnd = (): void => {
    if (status === null) askToStop(0);
  };

  for (const signal of stopSignals) source.on(signal, onSignal);
  for (const event of inputEnds) input?.on(event, onEnd);
  input?.resume();
  try {
    const done = await work(stop.signal);
    return status ?? done;
  } catch (error) {
    if (status !== null && error instanceof Error && error.name === 'AbortError') return status;
    throw error;
  } finally {
    clearTimeout(deadline);
    for (const signal of stopSignals) source.off(signal, onSignal);
    for (const event of inputEnds) input?.off(event, onEnd);
    // Reading would keep the process alive.
    input?.pause();
  }
}
