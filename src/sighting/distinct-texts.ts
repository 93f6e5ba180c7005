/** `all` keeps every text (a report); `bounded` keeps at most `textsKeptMax` of them (live state). */
export type TextsMode = 'all' | 'bounded';

/** How many texts a bounded set keeps; also the size up to which every set is a plain sorted list. */
export const textsKeptMax = 16;

/**
 * A set of texts, compared by `toLowerCase()` and shown in the spelling that sorts first by code point. What it holds
 * depends only on what was added, never on the order or the grouping.
 *
 * `add` and `merge` answer the set to use from then on, and may have changed the one they were called on; `copy`
 * answers one that later changes leave alone. (Small and bounded sets are never changed in place, so that copying a
 * sighting costs nothing; only a report's large sets are.)
 *
 * Sets that hold the same are equal in depth: the implementations keep what they hold in one order and in fields that
 * `deepStrictEqual` sees.
 */
export interface DistinctTexts {
  /** How many texts are kept. */
  readonly size: number;
  /** How many distinct texts were added: exact unless `approximate`. */
  readonly total: number;
  /** More were added than are kept: `total` is an estimate. */
  readonly approximate: boolean;
  /** The kept texts, sorted by code point. */
  values(): readonly string[];
  add(text: string): DistinctTexts;
  /** The union; both sets must be of one mode. */
  merge(other: DistinctTexts): DistinctTexts;
  copy(): DistinctTexts;
}
