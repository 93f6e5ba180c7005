import { compareByCodePoint } from '../event/code-point-order.ts';
import type { DistinctTexts } from './distinct-texts.ts';

/** Any number of texts, all kept: a report's large sets. Changed in place. */
export class ManyTexts implements DistinctTexts {
  /** Lower-cased text -> the spelling that sorts first. */
  private readonly spellings: Map<string, string>;

  private constructor(spellings: Map<string, string>) {
    this.spellings = spellings;
  }

  static of(texts: Iterable<string>): ManyTexts {
    const set = new ManyTexts(new Map());
    for (const text of texts) set.add(text);
    return set;
  }

  get size(): number {
    return this.spellings.size;
  }

  get total(): number {
    return this.spellings.size;
  }

  get approximate(): boolean {
    return false;
  }

  values(): readonly string[] {
    return [...this.spellings.values()].sort(compareByCodePoint);
  }

  add(text: string): this {
    const key = text.toLowerCase();
    const kept = this.spellings.get(key);
    if (kept === undefined || compareByCodePoint(text, kept) < 0) this.spellings.set(key, text);
    return this;
  }

  merge(other: DistinctTexts): this {
    if (other.approximate) throw new TypeError('a set that has dropped texts cannot be merged into one that keeps all');
    for (const text of other instanceof ManyTexts ? other.spellings.values() : other.values()) this.add(text);
    return this;
  }

  copy(): ManyTexts {
    return new ManyTexts(new Map(this.spellings));
  }
}
