/**
 * Reads an index that is known to be inside the array. Typed arrays are this folder's memory: one number costs four
 * bytes and no garbage.
 */
export function at(array: Int32Array | Uint8Array, index: number): number {
  return array[index] as number;
}

/** A copy of at least twice the length that holds `length`; the new part is filled with `fill`. */
export function grown(array: Int32Array, length: number, fill: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, length));
  larger.set(array);
  larger.fill(fill, array.length);
  return larger;
}
