/**
 * Sums stop at the largest safe integer: sizes in a log can be anything, and beyond it a sum would depend on the
 * order of its parts. Of numbers that are not negative a sum that stops does not.
 */
export function plus(left: number, right: number): number {
  return Math.min(left + right, Number.MAX_SAFE_INTEGER);
}
