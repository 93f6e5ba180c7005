/**
 * Orders texts by code point. `<` on strings compares UTF-16 units, which puts U+FFFD before every emoji's surrogates
 * the other way round than code points do; results that are sorted must not depend on that.
 */
export function compareByCodePoint(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    // The first unit that differs decides, except that surrogates stand for code points above every single unit.
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
