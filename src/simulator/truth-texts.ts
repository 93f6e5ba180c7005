/** How the truth spells and orders texts. */
import type { LoggedEndpoint } from './log-row.ts';

/** Texts that are kept are cut at this many code points before they are compared. */
const textCodePointsMax = 256;

/** By code point, as UTF-8 bytes sort; JavaScript's own order is that of UTF-16 and differs beyond U+FFFF. */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function enterText(texts: Map<string, string>, text: string): void {
  const key = text.toLowerCase();
  const known = texts.get(key);
  if (known === undefined || (known !== text && compareTexts(text, known) < 0)) texts.set(key, text);
}

export function cut(text: string): string {
  return text.length <= textCodePointsMax ? text : Array.from(text).slice(0, textCodePointsMax).join('');
}

export function endpointOf({ address, port }: LoggedEndpoint): string {
  return address.family === 6 ? `[${address.canonical}]:${port}` : `${address.canonical}:${port}`;
}

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
