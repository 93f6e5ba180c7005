import { compareByCodePoint } from './code-point-order.ts';
import type { Failure } from './connection-event.ts';

/** The later of two failures; of two at the same time, the one whose reason sorts last by code point. */
export function laterFailure(left: Failure | null, right: Failure | null): Failure | null {
  if (left === null || right === null) return left ?? right;
  if (left.at !== right.at) return left.at > right.at ? left : right;
  return compareByCodePoint(left.reason, right.reason) >= 0 ? left : right;
}
