/** Breeds inputs from inputs: small damage, words of the trade, and the ends of one with the beginning of another. */
import type { seeded } from '../../processes/random.ts';

type Random = ReturnType<typeof seeded>;

export const inputBytesMax = 64 * 1024;

/** What damages texts of any kind. */
const nasty: readonly string[] = [
  '\0',
  '\0'.repeat(300),
  '\r',
  '\n',
  '\r\n',
  '"',
  '""',
  ',',
  ';',
  '#',
  '\ufeff',
  '\u001b[31m',
  '\u2028',
  '\u202e',
  '\ud83d\ude00',
  '-1',
  '0',
  '9007199254740993',
  '1e999',
  'NaN',
  '__proto__',
  'constructor',
  '::ffff:1.2.3.4',
  'null',
  '{}',
  '[]',
  'x'.repeat(300),
];
const brokenUtf8: readonly Buffer[] = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0x80]].map((bytes) =>
  Buffer.from(bytes),
);

type Change = (input: Buffer, random: Random, words: readonly string[], other: Buffer) => Buffer;

function spliced(input: Buffer, at: number, removed: number, piece: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + removed)]);
}

/** A place where something begins rather than any place, half of the time. */
function place(input: Buffer, random: Random): number {
  const at = random.below(input.length + 1);
  if (random.below(2) === 0) return at;
  const mark = random.pick([0x0a, 0x2c, 0x3b, 0x22, 0x3a, 0x26, 0x3d]);
  const found = input.indexOf(mark, at);
  return found === -1 ? at : found + 1;
}

const changes: readonly Change[] = [
  (input, random) => {
    const copy = Buffer.from(input);
    const at = random.below(Math.max(1, copy.length));
    if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << random.below(8));
    return copy;
  },
  (input, random) => {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  (input, random, words) =>
    spliced(input, place(input, random), random.below(12), Buffer.from(random.pick([...nasty, ...words]))),
  (input, random, words) => spliced(input, place(input, random), 0, Buffer.from(random.pick([...nasty, ...words]))),
  (input, random) => spliced(input, place(input, random), 0, random.pick(brokenUtf8)),
  (input, random) => spliced(input, random.below(input.length + 1), 1 + random.below(40), Buffer.alloc(0)),
  (input, random) => input.subarray(0, random.below(input.length + 1)),
  (input, random) => {
    const from = place(input, random);
    const piece = input.subarray(from, from + 1 + random.below(200));
    return spliced(input, place(input, random), 0, Buffer.concat(Array(1 + random.below(4)).fill(piece)));
  },
  (input, random, _words, other) => {
    const from = place(other, random);
    return spliced(input, place(input, random), random.below(100), other.subarray(from, from + 1 + random.below(400)));
  },
  (input, random, _words, other) =>
    Buffer.concat([input.subarray(0, place(input, random)), other.subarray(place(other, random))]),
];

export function mutate(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  let changed = input;
  for (let count = 1 + random.below(4); count > 0; count--)
    changed = random.pick(changes)(changed, random, words, other);
  return changed.length > inputBytesMax ? Buffer.from(changed.subarray(0, inputBytesMax)) : changed;
}
