/** What Node's test runner says at the end of its TAP report, and what is wrong with it. */

const counted = ['tests', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;

type Counts = Readonly<Record<(typeof counted)[number], number>>;

/** The totals of a report; null where it broke off before them. */
export function tapCounts(report: string): Counts | null {
  const numbers = counted.map((name) => {
    const found = new RegExp(String.raw`^# ${name} (\d+)\r?$`, 'm').exec(report)?.[1];
    return [name, found === undefined ? null : Number(found)] as const;
  });
  if (numbers.some(([, number]) => number === null)) return null;
  return Object.fromEntries(numbers) as Counts;
}

/**
 * In words why a run is no pass; null = it is one. Tests that are skipped are no failure here: those that miss something
 * fail by themselves under CI=true, and the rest are not for Windows.
 */
export function tapFailure(report: string, status: number): string | null {
  const counts = tapCounts(report);
  if (counts === null) return `the report breaks off before its totals (exit status ${status})`;
  if (counts.pass === 0) return 'not one test passed';
  if (counts.fail + counts.cancelled > 0) return `${counts.fail + counts.cancelled} of ${counts.tests} tests failed`;
  if (status !== 0) return `every test passed, and yet the runner ended with status ${status}`;
  return null;
}
