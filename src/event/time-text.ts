const timeShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** ISO 8601 in UTC with milliseconds, of milliseconds since the epoch. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds since the epoch of what `timeText` wrote; null for anything else, the 30th of February included. */
export function parseTimeText(text: string): number | null {
  if (!timeShape.test(text)) {
    return null;
  }
  const ms = Date.parse(text);
  return Number.isNaN(ms) || timeText(ms) !== text ? null : ms;
}
