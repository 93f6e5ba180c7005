import { UserError } from './errors.ts';

const unitBytes = { TiB: 1024 ** 4, GiB: 1024 ** 3, MiB: 1024 ** 2, KiB: 1024, B: 1 } as const;

/** Bytes of `32MiB`, `512KiB`, `1GiB`, `100B`. Throws a UserError. */
export function parseSize(text: string): number {
  const match = /^(\d{1,15})(TiB|GiB|MiB|KiB|B)$/.exec(text);
  if (match === null) throw new UserError(refusal(text));
  const bytes = Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes];
  if (!Number.isSafeInteger(bytes)) throw new UserError(`"${text}" is too large a size.`);
  return bytes;
}

/** Units that others use mean 1000 here and 1024 there; we ask instead of guessing. */
function refusal(text: string): string {
  const [, amount, unit] = /^(\d{1,15}) ?([kmgt])(?:i?b)?$/i.exec(text) ?? [];
  if (unit !== undefined) return `"${text}" is not a size: did you mean ${amount}${unit.toUpperCase()}iB?`;
  return `"${text}" is not a size: write a whole number and a unit, as in 512KiB, 32MiB or 1GiB.`;
}

/** The shortest spelling that `parseSize` reads back as the same number. `bytes` is a whole number, not negative. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0B';
  for (const [unit, size] of Object.entries(unitBytes)) {
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  throw new RangeError(`${bytes} is not a whole number of bytes`);
}
