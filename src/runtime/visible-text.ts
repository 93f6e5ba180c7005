/**
 * Makes text from a log harmless for a terminal: C0 and C1 controls, DEL, line separators and the marks that turn
 * the direction of writing become visible escapes (`\u001b`). Nothing is dropped, so what stood there can be told; JSON stays the same JSON.
 */
export function visibleText(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
