import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { canonicalAddress, compareAddresses, isLoopback } from '../../../src/event/address.ts';

/** What ipaddr.js makes of a text, by our rules: four-part decimal IPv4 only, mapped folded, zone dropped. */
function oracle(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return text;
  }
  const unbracketed = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  // ipaddr.js takes the deprecated `::1.2.3.4` for the mapped `::ffff:1.2.3.4`; RFC 4291 does not.
  const inner = unbracketed.replace(/^::(?=\d+\.)/, '0::');
  if (!ipaddr.IPv6.isValid(inner)) {
    return null;
  }
  const address = ipaddr.IPv6.parse(inner);
  if (address.isIPv4MappedAddress()) {
    return address.toIPv4Address().toString();
  }
  return new ipaddr.IPv6(address.parts).toRFC5952String();
}

const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });
/** Texts that are nearly addresses: the alphabet of addresses, in any order. */
const hostile = fc.string({
  unit: fc.constantFrom(
    '0',
    '1',
    '2',
    '5',
    '9',
    'a',
    'F',
    'g',
    ':',
    '::',
    '.',
    '%',
    '[',
    ']',
    '/',
    ' ',
    'ffff',
    '255',
    '-',
    '\t',
    'x',
  ),
  maxLength: 24,
});

const spellings: readonly [string, string | null][] = [
  ['192.168.3.212', '192.168.3.212'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:a01:203', '10.1.2.3'],
  ['[::ffff:10.1.2.3]', '10.1.2.3'],
  ['::ffff:10.1.2.3%7', '10.1.2.3'],
  ['[fe80::1%12]', 'fe80::1'],
  ['FE80:0:0:0:0:0:0:1', 'fe80::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::1.2.3.4', '::102:304'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['::', '::'],
  ['[::1]', '::1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['', null],
  [':', null],
  [':::', null],
  ['1::2::3', null],
  ['1:2:3:4:5:6:7:8:9', null],
  ['1:2:3:4:5:6:7', null],
  ['1:2:3:4:5:6:7:8::', null],
  ['12345::', null],
  ['010.1.2.3', null],
  ['10.1.2', null],
  ['10.1.2.3.4', null],
  ['10.1.2.256', null],
  ['10.1.2.3 ', null],
  ['0x7f.0.0.1', null],
  ['10.1.2.3:25', null],
  ['[10.1.2.3]', null],
  ['[::1', null],
  ['::1]', null],
  ['fe80::1%', null],
  ['fe80::1%a b', null],
  ['::ffff:1.2.3', null],
  ['1.2.3.4::', null],
  ['localhost', null],
  ['١.1.1.1', null],
];

for (const [text, canonical] of spellings) {
  test(`the address ${JSON.stringify(text)} is ${canonical ?? 'none'}`, () => {
    assert.equal(canonicalAddress(text), canonical);
  });
}

test('random addresses in every spelling agree with ipaddr.js', () => {
  const spelled = fc.oneof(
    octets.map((parts) => parts.join('.')),
    octets.map((parts) => `::ffff:${parts.join('.')}`),
    groups.map((parts) => parts.map((part) => part.toString(16)).join(':')),
    groups.map((parts) => parts.map((part) => part.toString(16).toUpperCase().padStart(4, '0')).join(':')),
    groups.map((parts) => new ipaddr.IPv6(parts).toRFC5952String()),
    groups.map((parts) => `[${new ipaddr.IPv6(parts).toString()}%12]`),
    fc.tuple(groups, octets).map(([parts, tail]) => {
      const head = parts.slice(0, 6).map((part) => part.toString(16));
      return `${head.join(':')}:${tail.join('.')}`;
    }),
  );
  fc.assert(
    fc.property(spelled, (text) => {
      assert.equal(canonicalAddress(text), oracle(text));
      assert.notEqual(canonicalAddress(text), null);
    }),
    { numRuns: 3000 },
  );
});

test('texts that are nearly addresses agree with ipaddr.js', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      assert.equal(canonicalAddress(text), oracle(text));
    }),
    { numRuns: 20_000 },
  );
});

test('a canonical address is its own canonical text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        octets.map((parts) => parts.join('.')),
        groups.map((parts) => parts.map((part) => part.toString(16)).join(':')),
      ),
      (text) => {
        const canonical = canonicalAddress(text);
        assert.ok(canonical !== null);
        assert.equal(canonicalAddress(canonical), canonical);
      },
    ),
  );
});

test('addresses sort by number, IPv4 before IPv6', () => {
  const sorted = [
    '9.0.0.1',
    '10.0.0.2',
    '10.0.0.10',
    '200.0.0.1',
    '::1',
    '::1:0:0',
    '9::',
    '10::',
    '2001:db8::2',
    '2001:db8::10',
    'fe80::',
  ];
  assert.deepEqual(sorted.toReversed().sort(compareAddresses), sorted);
});

test('the order of addresses is that of their numbers', () => {
  const number = (parts: readonly number[]): bigint => parts.reduce((sum, part) => sum * 65_536n + BigInt(part), 0n);
  const text = (parts: readonly number[]): string =>
    canonicalAddress(parts.map((part) => part.toString(16)).join(':')) ?? '';
  const unmapped = groups.map((parts) => [0x2001, ...parts.slice(1)]);
  fc.assert(
    fc.property(unmapped, unmapped, (a, b) => {
      const order = number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
      assert.equal(Math.sign(compareAddresses(text(a), text(b))), order);
      assert.equal(compareAddresses(text(a), '255.255.255.255') > 0, true);
    }),
  );
});

test('loopback is all of 127.0.0.0/8 and ::1', () => {
  assert.deepEqual(['127.0.0.1', '127.255.0.9', '::1', '128.0.0.1', '12.7.0.1', '::2', '::1:1'].map(isLoopback), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
