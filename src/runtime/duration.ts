import { UserError } from './errors.ts';

/** Smallest last; a compound duration names them in this order, each at most once. */
const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

const pattern = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,15})ms)?$/;

/** Longer ones are mistakes, and would not fit a timer. */
const durationMsMax = 100 * 366 * unitMs.d;

/** Milliseconds of `10s`, `5m`, `1h`, `24h`, `7d`, `250ms` or a compound such as `1h30m`. Throws a UserError. */
export function parseDuration(text: string): number {
  const match = text === '' ? null : pattern.exec(text);
  if (match === null) {
    throw new UserError(`"${text}" is not a duration: write a whole number and a unit, as in 10s, 5m, 1h, 24h or 7d.`);
  }
  let ms = 0;
  for (const [index, unit] of Object.values(unitMs).entries()) ms += Number(match[index + 1] ?? 0) * unit;
  if (ms > durationMsMax) throw new UserError(`"${text}" is longer than 100 years.`);
  return ms;
}

/**
 * The shortest spelling that `parseDuration` reads back as the same number: one unit, the largest that divides; a
 * single day is `24h`. `ms` is a whole number, not negative.
 */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, size] of Object.entries(unitMs)) {
    if (ms % size === 0 && !(unit === 'd' && ms === unitMs.d)) return `${ms / size}${unit}`;
  }
  throw new RangeError(`${ms} is not a whole number of milliseconds`);
}
