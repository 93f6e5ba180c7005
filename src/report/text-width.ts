/** The only door to string-width: how many columns of a terminal a text takes. */
import stringWidth from 'string-width';

// Code points 0x20 to 0x7e take one column each: nearly every cell, and string-width is slow.
const plain = /^[\u0020-\u007e]*$/;

export function textWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** The text, or its beginning with `…` where it is wider. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) {
    return text;
  }
  let cut = '';
  for (const { segment } of segmenter.segment(text)) {
    if (textWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** Filled with blanks: behind a text, before a number. */
export function padToWidth(text: string, width: number, isNumber = false): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return isNumber ? blanks + text : text + blanks;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
