import { daysSinceEpoch } from './calendar.ts';

/** ISO 8601 in UTC with milliseconds, of milliseconds since the epoch. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

const shape = '0000-00-00T00:00:00.000Z';

/** Milliseconds since the epoch of what `timeText` wrote; null for anything else, the 30th of February included. */
export function parseTimeText(text: string): number | null {
  if (!hasShape(text)) {
    return null;
  }
  const days = daysSinceEpoch(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  const seconds = digits(text, 17, 2);
  if (Number.isNaN(days) || hours > 23 || minutes > 59 || seconds > 59) {
    return null;
  }
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + digits(text, 20, 3);
}

/** Whether a digit stands for every 0 of the shape, and the rest is the same. */
function hasShape(text: string): boolean {
  if (text.length !== shape.length) {
    return false;
  }
  for (let at = 0; at < shape.length; at++) {
    const code = text.charCodeAt(at);
    const wanted = shape.charCodeAt(at);
    if (wanted === 48 ? code < 48 || code > 57 : code !== wanted) return false;
  }
  return true;
}

function digits(text: string, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}
