import { addressNumber } from './address-range.ts';
import type { AddressRange } from './address-range.ts';

/**
 * Finds the most specific range around an address: the one with the fewest addresses, so among CIDRs the longest
 * prefix. Of ranges of one size that overlap, the one that begins later wins; of equal ranges the one given first.
 *
 * The ranges are cut once into segments that do not overlap, each with its winner; a look-up is one binary search.
 */
export class RangeMap<Value> {
  /** Where segments begin, rising; each reaches to the next one. */
  readonly #starts: readonly bigint[];
  readonly #values: readonly (Value | undefined)[];

  constructor(ranges: Iterable<readonly [AddressRange, Value]>) {
    const specificFirst = [...ranges].sort(([left], [right]) => {
      const difference = left.last - left.first - (right.last - right.first) || right.first - left.first;
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    });
    this.#starts = edges(specificFirst.map(([range]) => range));
    this.#values = paint(this.#starts, specificFirst);
  }

  /** Of a canonical address. */
  find(address: string): Value | undefined {
    const starts = this.#starts;
    if (starts.length === 0) return undefined;
    const value = addressNumber(address);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as bigint) <= value) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.#values[low - 1];
  }
}

function edges(ranges: readonly AddressRange[]): bigint[] {
  const points = new Set<bigint>();
  for (const { first, last } of ranges) points.add(first).add(last + 1n);
  return [...points].sort((left, right) => (left < right ? -1 : 1));
}

/** Gives each segment to the first range over it; `free` leads past segments that are given, so none is met twice. */
function paint<Value>(
  starts: readonly bigint[],
  ranges: readonly (readonly [AddressRange, Value])[],
): (Value | undefined)[] {
  const index = new Map(starts.map((start, at) => [start, at]));
  const values = starts.map((): Value | undefined => undefined);
  const free = Int32Array.from({ length: starts.length + 1 }, (_, at) => at);
  const firstFree = (from: number): number => {
    let at = from;
    for (let next = free[at] ?? at; next !== at; next = free[at] ?? at) {
      free[at] = free[next] ?? next;
      at = next;
    }
    return at;
  };
  for (const [{ first, last }, value] of ranges) {
    const end = index.get(last + 1n) ?? 0;
    for (let at = firstFree(index.get(first) ?? 0); at < end; at = firstFree(at + 1)) {
      values[at] = value;
      free[at] = at + 1;
    }
  }
  return values;
}
