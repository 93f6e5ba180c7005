/**
 * The `context` column: `Key=value` joined by `;`, where a value with a blank, a quote, a comma or a semicolon stands
 * in quotes without its inner quotes being escaped. It breaks at `;` followed by letters and `=`, outside quotes. A
 * quoted value ends at a quote with such a break or the end behind it: inner quotes then rarely mislead.
 *
 * A context may be a megabyte that a client had a hand in, so every walk here is linear.
 */

/** The value of a key, its quotes taken off; null when the context does not name the key. Of several, the first. */
export function contextValue(context: string, key: string): string | null {
  const lastClosing = lastClosingQuote(context);
  let at = 0;
  while (at < context.length) {
    const equals = keyEnd(context, at);
    const end = equals === -1 ? breakFrom(context, at) : valueEnd(context, equals + 1, lastClosing);
    if (equals - at === key.length && context.startsWith(key, at)) {
      return unquoted(context.slice(equals + 1, end));
    }
    at = end + 1;
  }
  return null;
}

/** Position of the `=` of a key that begins at `at`, or -1. */
function keyEnd(context: string, at: number): number {
  let end = at;
  while (end < context.length && isLetter(context.charCodeAt(end))) end++;
  return end > at && context.charCodeAt(end) === equalsSign ? end : -1;
}

function valueEnd(context: string, start: number, lastClosing: number): number {
  if (context.charCodeAt(start) !== quote) {
    return breakFrom(context, start);
  }
  if (start < lastClosing) {
    let at = context.indexOf('"', start + 1);
    while (!isClosing(context, at)) at = context.indexOf('"', at + 1);
    return at + 1;
  }
  // Never closed as it should be: as far as the first break behind another quote, if there is one.
  const inner = context.indexOf('"', start + 1);
  return inner === -1 ? context.length : breakFrom(context, inner);
}

/** Position of the next `;` that separates, or the end. */
function breakFrom(context: string, start: number): number {
  for (let at = context.indexOf(';', start); at !== -1; at = context.indexOf(';', at + 1)) {
    if (isBreak(context, at)) return at;
  }
  return context.length;
}

function lastClosingQuote(context: string): number {
  let at = context.lastIndexOf('"');
  while (at > 0 && !isClosing(context, at)) at = context.lastIndexOf('"', at - 1);
  return at;
}

function isClosing(context: string, at: number): boolean {
  const behind = at + 1;
  return (
    behind === context.length ||
    isBreak(context, behind) ||
    (behind + 1 === context.length && context.charCodeAt(behind) === semicolon)
  );
}

function isBreak(context: string, at: number): boolean {
  return context.charCodeAt(at) === semicolon && keyEnd(context, at + 1) !== -1;
}

function unquoted(value: string): string {
  if (value.charCodeAt(0) !== quote) {
    return value;
  }
  return value.length > 1 && value.endsWith('"') ? value.slice(1, -1) : value.slice(1);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 97 && lower <= 122;
}

const quote = 0x22;
const semicolon = 0x3b;
const equalsSign = 0x3d;
