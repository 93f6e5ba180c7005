import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { canonicalAddress } from '../../../src/event/address.ts';
import { addressNumber, parseAddressRange } from '../../../src/inventory/address-range.ts';

const script = new URL('../../../src/report/html/assets/address-range.js', import.meta.url);
/** As the page's script has it. */
const rangeOf = runInNewContext(`${readFileSync(script, 'utf8')}; rangeOf`, { URL }) as (
  text: string,
) => { first: string; last: string } | null;

function asEverywhere(text: string): readonly [bigint, bigint] | null {
  if (!/[/-]/.test(text)) return null;
  try {
    const { first, last } = parseAddressRange(text);
    return [first, last];
  } catch {
    return null;
  }
}

function asOnThePage(text: string): readonly [bigint, bigint] | null {
  const range = rangeOf(text);
  return range === null ? null : [BigInt(`0x${range.first.slice(2)}`), BigInt(`0x${range.last.slice(2)}`)];
}

const piece = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc.constantFrom(
    '10.1.2.0',
    '10.01.2.0',
    '2001:db8::',
    '::',
    '0.0.0.0',
    '[::1]',
    'fe80::1%12',
    'FE80::',
    '1::2:3:4:5:6:7:8',
    '',
    'a',
  ),
);

test('the page of a report knows the same ranges as the rest of the program', () => {
  const text = fc.oneof(
    fc.tuple(piece, fc.nat(130)).map(([address, length]) => `${address}/${length}`),
    fc.tuple(piece, piece).map(([from, to]) => `${from} - ${to}`),
    fc
      .tuple(fc.constantFrom('10.0.0.0', '0.0.0.0', '::', '2001:db8::', '::ffff:10.0.0.0'), fc.nat(128))
      .map((ends) => ends.join('/')),
    fc.string({ unit: fc.constantFrom('1', '0', '.', ':', '/', '-', 'f', '%', ' '), maxLength: 24 }),
  );
  fc.assert(
    fc.property(text, (range) => {
      assert.deepEqual(asOnThePage(range), asEverywhere(range), range);
    }),
    { numRuns: 5000 },
  );
});

test('the keys of a range compare with those of the rows', () => {
  const range = rangeOf('10.1.2.0/24');
  const key = `4:${addressNumber(canonicalAddress('10.1.2.255') ?? '')
    .toString(16)
    .padStart(33, '0')}`;
  assert.equal(range?.last, key);
});
