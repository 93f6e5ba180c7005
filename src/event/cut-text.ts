import { textCodePointsMax } from './connection-event.ts';

/** The text cut at `textCodePointsMax` code points; what is kept from a log is cut before it is compared or hashed. */
export function cutText(text: string): string {
  if (text.length <= textCodePointsMax) {
    return text;
  }
  let end = 0;
  for (let points = 0; points < textCodePointsMax && end < text.length; points++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** Whether a text is no longer than `cutText` leaves it. */
export function isCut(text: string): boolean {
  return cutText(text).length === text.length;
}
