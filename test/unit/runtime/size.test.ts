import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { UserError } from '../../../src/runtime/errors.ts';
import { formatSize, parseSize } from '../../../src/runtime/size.ts';

test('a size is a whole number and a binary unit', () => {
  const spellings: [string, number][] = [
    ['0B', 0],
    ['100B', 100],
    ['512KiB', 524_288],
    ['32MiB', 33_554_432],
    ['1GiB', 1_073_741_824],
    ['2TiB', 2_199_023_255_552],
  ];
  for (const [text, bytes] of spellings) assert.equal(parseSize(text), bytes, text);
});

test('units that can be read in two ways are refused with the one that was meant', () => {
  for (const text of ['32MB', '32M', '32mb', '32mib', '32 MiB', '32m']) {
    assert.throws(() => parseSize(text), {
      name: 'UserError',
      message: `"${text}" is not a size: did you mean 32MiB?`,
    });
  }
  assert.throws(() => parseSize('5k'), { message: '"5k" is not a size: did you mean 5KiB?' });
});

test('what is no size is refused with a sentence that shows how to write one', () => {
  for (const text of ['', '32', 'MiB', '-1MiB', '1.5GiB', '1 XiB', '0x10MiB']) {
    assert.throws(
      () => parseSize(text),
      (error) =>
        error instanceof UserError &&
        error.message === `"${text}" is not a size: write a whole number and a unit, as in 512KiB, 32MiB or 1GiB.`,
      text,
    );
  }
});

test('a size that no number holds exactly is refused', () => {
  assert.throws(() => parseSize('999999999TiB'), { message: '"999999999TiB" is too large a size.' });
});

test('what is shown is read back as the same size', () => {
  assert.equal(formatSize(33_554_432), '32MiB');
  assert.equal(formatSize(1000), '1000B');
  fc.assert(
    fc.property(fc.nat(5000), fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3), (amount, unit) => {
      assert.equal(parseSize(formatSize(amount * unit)), amount * unit);
    }),
  );
});
