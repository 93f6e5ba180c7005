/**
 * A bounded set of texts, compared by `toLowerCase()`. Placeholder shape; see sighting helpers.
 */
export interface DistinctTexts {
  readonly size: number;
}
