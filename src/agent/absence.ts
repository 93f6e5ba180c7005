/** What follows from complete scans that do not find a file? */

export interface Absence {
  /** Complete scans in a row that have missed it. */
  readonly missedScans: number;
  /** By the monotonic clock, within this run of the program. */
  readonly missedForMs: number;
  /** By the wall clock, over restarts. */
  readonly missingForMs: number;
  /** Still readable through its handle. */
  readonly isHeld: boolean;
  readonly unreadBytes: number;
  readonly isLost: boolean;
}

/** One scan may miss a file that is renamed while its folder is listed. */
export const missedScansMin = 2;

/**
 * `lose`: nothing can read the rest any more. `forget`: the file will not come back. A vanished share comes to neither,
 * because a scan that could not list it is not complete.
 */
export function judgeAbsence(
  absence: Absence,
  times: { readonly goneAfterMs: number; readonly forgetAfterMs: number },
): 'wait' | 'lose' | 'forget' {
  const { missedScans, missedForMs, missingForMs, isHeld, unreadBytes, isLost } = absence;
  if (isHeld || missedScans < missedScansMin) return 'wait';
  if (unreadBytes > 0 && !isLost) return missedForMs >= times.goneAfterMs ? 'lose' : 'wait';
  return missingForMs >= times.forgetAfterMs ? 'forget' : 'wait';
}
