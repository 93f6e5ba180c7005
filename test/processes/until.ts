const pauseDefaultMs = 25;

/**
 * Waits for a condition by asking again and again, `pauseMs` after each answer; at the deadline it fails, naming what it
 * waited for.
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
  pauseMs = pauseDefaultMs,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`waited ${deadlineMs} ms in vain until ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Asks again and again, and resolves with the first answer that is no rejection; at the deadline the last one is told. */
export async function answered<Answer>(
  what: string,
  request: () => Promise<Answer>,
  deadlineMs = 30_000,
): Promise<Answer> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (Date.now() > end) {
        throw new Error(`waited ${deadlineMs} ms in vain until ${what}: ${String(error)}`, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseDefaultMs));
  }
}
