import type { DistinctTexts } from '../sighting/distinct-texts.ts';
import { noTexts, textsOf } from '../sighting/few-texts.ts';

/** A set of texts of which most hold none or one, and then are no object: there are as many as clients. */
export type HeldTexts = DistinctTexts | string | null;

export function withText(held: HeldTexts, text: string): HeldTexts {
  if (held === text) return held;
  if (held === null) return text;
  return typeof held === 'string' ? textsOf([held, text], 'all') : held.add(text);
}

export function withTexts(held: HeldTexts, others: HeldTexts): HeldTexts {
  if (others === null) return held;
  if (typeof others === 'string') return withText(held, others);
  if (held === null) return others;
  return typeof held === 'string' ? others.add(held) : held.merge(others);
}

export function heldSet(held: HeldTexts): DistinctTexts {
  if (held === null) return noTexts('all');
  return typeof held === 'string' ? noTexts('all').add(held) : held;
}
