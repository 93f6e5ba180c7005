import { answered as answeredAnywhere, until as untilAnywhere } from '../../processes/until.ts';

/** Groups rebalance and sessions expire meanwhile. */
const deadlineDefaultMs = 60_000;

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = deadlineDefaultMs,
): Promise<void> {
  await untilAnywhere(what, holds, deadlineMs);
}

export async function answered<Answer>(what: string, request: () => Promise<Answer>): Promise<Answer> {
  return await answeredAnywhere(what, request, deadlineDefaultMs);
}
