/**
 * Typed arrays that grow. The new part is zero, and as long as nothing is written there the system gives no memory for
 * it, so room to spare costs nothing.
 */

/** A length with room for `length` and some more. */
function roomFor(length: number): number {
  return length * 2;
}

export function grownInts(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(roomFor(length));
  larger.set(array);
  return larger;
}

export function grownFloats(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(roomFor(length));
  larger.set(array);
  return larger;
}

export function grownBytes(array: Uint8Array, length: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(roomFor(length));
  larger.set(array);
  return larger;
}
