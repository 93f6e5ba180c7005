import { parseDuration } from '../runtime/duration.ts';
import { UserError } from '../runtime/errors.ts';

const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * A moment as it is written on the command line: ISO 8601 (`2026-11-20`, `2026-11-20T10:00`, with or without seconds
 * and zone; UTC where none is named), or a duration back from now (`36h`). Milliseconds since the epoch. Throws a
 * UserError.
 */
export function parseMoment(text: string, now: number): number {
  const match = iso.exec(text);
  if (match === null) {
    return now - durationBack(text);
  }
  const [, date, minutes = '00:00', seconds = ':00', zone = 'Z'] = match;
  const ms = Date.parse(`${date}T${minutes}${seconds}${zone.toUpperCase()}`);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(ms) || new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().slice(0, 10) !== date) {
    throw new UserError(`"${text}" is no date and time that exists.`);
  }
  return ms;
}

function durationBack(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new UserError(
      `"${text}" is no time: write ISO 8601, as 2026-11-20T10:00Z (UTC where it names no zone), or a duration back from now, as 36h or 7d.`,
    );
  }
}
