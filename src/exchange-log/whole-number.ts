const digitsMax = 15;

/** A number of decimal digits alone, at most 15 of them so that it is exact; -1 for anything else, blank included. */
export function readWholeNumber(bytes: Buffer, start: number, end: number): number {
  if (start >= end || end - start > digitsMax) {
    return -1;
  }
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
