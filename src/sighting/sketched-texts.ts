import { hash } from 'node:crypto';

import { compareByCodePoint } from '../event/code-point-order.ts';
import type { DistinctTexts } from './distinct-texts.ts';

interface Kept {
  readonly key: string;
  readonly text: string;
  /** SHA-256 of the lower-cased text, hex. */
  readonly hash: string;
}

/**
 * What is left of a bounded set that overflowed: the texts whose SHA-256 of the lower-cased text is smallest. Which
 * texts those are depends on the texts alone, so any order and grouping of adding and merging ends with the same set:
 * a text that was once dropped had that many smaller ones before it, and they never go away. How small the largest
 * kept hash is tells how many texts there were (a KMV sketch: `(k - 1) / largest`, relative error about 27 % for 16).
 *
 * Immutable.
 */
export class SketchedTexts implements DistinctTexts {
  /** Full, in rising order of hash. */
  private readonly kept: readonly Kept[];
  private readonly largest: Kept;

  private constructor(kept: readonly Kept[]) {
    this.kept = kept;
    this.largest = kept[kept.length - 1] as Kept;
  }

  /** `texts` holds at least `keptMax` distinct texts, and more than that were added. */
  static of(texts: readonly string[], keptMax: number): SketchedTexts {
    return new SketchedTexts(texts.map(keep).sort(compareKept).slice(0, keptMax));
  }

  get size(): number {
    return this.kept.length;
  }

  get total(): number {
    const size = this.kept.length;
    // 48 bits of the hash are plenty, and `+ 1` keeps the fraction above zero.
    const fraction = (Number.parseInt(this.largest.hash.slice(0, 12), 16) + 1) / 2 ** 48;
    return Math.max(size + 1, Math.round((size - 1) / fraction));
  }

  get approximate(): boolean {
    return true;
  }

  values(): readonly string[] {
    return this.kept.map((kept) => kept.text).sort(compareByCodePoint);
  }

  add(text: string): SketchedTexts {
    const kept = this.kept;
    if (kept.some((one) => one.text === text)) return this;
    const key = text.toLowerCase();
    const same = kept.find((one) => one.key === key);
    if (same !== undefined) {
      if (compareByCodePoint(same.text, text) < 0) return this;
      return new SketchedTexts(kept.map((one) => (one === same ? { ...one, text } : one)));
    }
    const candidate = keep(text);
    if (compareKept(candidate, this.largest) > 0) return this;
    return new SketchedTexts([...kept, candidate].sort(compareKept).slice(0, kept.length));
  }

  merge(other: DistinctTexts): SketchedTexts {
    return other.values().reduce<SketchedTexts>((merged, text) => merged.add(text), this);
  }

  copy(): SketchedTexts {
    return this;
  }
}

function keep(text: string): Kept {
  const key = text.toLowerCase();
  return { key, text, hash: hash('sha256', key, 'hex') };
}

/** Texts that differ only in lone surrogates have one hash; their own order then decides. */
function compareKept(left: Kept, right: Kept): number {
  if (left.hash !== right.hash) return left.hash < right.hash ? -1 : 1;
  return compareByCodePoint(left.key, right.key);
}
