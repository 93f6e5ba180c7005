import { compareByCodePoint } from '../event/code-point-order.ts';
import { textsKeptMax } from './distinct-texts.ts';
import type { DistinctTexts, TextsMode } from './distinct-texts.ts';
import { ManyTexts } from './many-texts.ts';
import { SketchedTexts } from './sketched-texts.ts';

/** Up to 16 texts, sorted by code point, as nearly every set is; immutable. */
class FewTexts implements DistinctTexts {
  private readonly texts: readonly string[];
  private readonly mode: TextsMode;

  constructor(texts: readonly string[], mode: TextsMode) {
    this.texts = texts;
    this.mode = mode;
  }

  get size(): number {
    return this.texts.length;
  }

  get total(): number {
    return this.texts.length;
  }

  get approximate(): boolean {
    return false;
  }

  values(): readonly string[] {
    return this.texts;
  }

  add(text: string): DistinctTexts {
    const texts = this.texts;
    if (texts.includes(text)) return this;
    const key = text.toLowerCase();
    const kept = texts.find((one) => one.toLowerCase() === key);
    if (kept !== undefined) {
      if (compareByCodePoint(kept, text) < 0) return this;
      const respelt = texts.map((one) => (one === kept ? text : one));
      return new FewTexts(respelt.sort(compareByCodePoint), this.mode);
    }
    const grown = [...texts, text];
    if (grown.length <= textsKeptMax) return new FewTexts(grown.sort(compareByCodePoint), this.mode);
    return this.mode === 'all' ? ManyTexts.of(grown) : SketchedTexts.of(grown, textsKeptMax);
  }

  merge(other: DistinctTexts): DistinctTexts {
    if (other.size > textsKeptMax || other.approximate) return other.copy().merge(this);
    return other.values().reduce<DistinctTexts>((merged, text) => merged.add(text), this);
  }

  copy(): DistinctTexts {
    return this;
  }
}

const empty = { all: new FewTexts([], 'all'), bounded: new FewTexts([], 'bounded') } as const;

export function noTexts(mode: TextsMode): DistinctTexts {
  return empty[mode];
}

export function textsOf(texts: Iterable<string>, mode: TextsMode): DistinctTexts {
  let set = noTexts(mode);
  for (const text of texts) set = set.add(text);
  return set;
}

/**
 * A set as it was stored: its `values`, and whether it had overflowed. Null when no set of this mode could have been
 * stored so.
 */
export function restoredTexts(values: readonly string[], overflowed: boolean, mode: TextsMode): DistinctTexts | null {
  if (values.length === 0 && !overflowed) return noTexts(mode);
  if (overflowed) {
    if (mode === 'all' || values.length !== textsKeptMax) return null;
    if (new Set(values.map((text) => text.toLowerCase())).size !== textsKeptMax) return null;
    return SketchedTexts.of(values, textsKeptMax);
  }
  const set = textsOf(values, mode);
  return set.size === values.length ? set : null;
}
