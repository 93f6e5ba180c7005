/**
 * Reads an index that is known to be inside the array. Typed arrays are this folder's memory: one number costs four
 * bytes and no garbage.
 */
export function at(array: Int32Array | Uint8Array, index: number): number {
  return array[index] as number;
}

/** How long an array is to be that has room for `length` and some more. */
export function roomFor(length: number): number {
  return length * 2;
}

/** A copy of this length; the new part is filled with `fill`. */
export function grown(array: Int32Array, length: number, fill = 0): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  // What is not written takes no memory, and zeros need not be written.
  if (fill !== 0) larger.fill(fill, array.length);
  return larger;
}
