import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Inventory } from '../../../src/inventory/inventory.ts';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';

const header = 'cidr,label,owner,contact,expires,state,note';

function inventoryOf(...lines: string[]): Inventory {
  const { inventory, problems } = parseInventory(lines.join('\n'));
  assert.equal(problems, undefined);
  return inventory;
}

function problemsOf(...lines: string[]): string[] {
  const { problems } = parseInventory(lines.join('\n'));
  return (problems ?? []).map(({ line, text }) => `${line}: ${text}`);
}

test('a line says who a client is, in every column', () => {
  const inventory = inventoryOf(
    header,
    '10.1.2.0/24,Scanners,Ops,ops@contoso.test,2026-12-31,acknowledged,"moves, at last"',
  );
  const [entry] = inventory.entries;
  assert.ok(entry);
  const { range, ...texts } = entry;
  assert.ok(range.first < range.last);
  assert.deepEqual(texts, {
    line: 2,
    cidr: '10.1.2.0/24',
    label: 'Scanners',
    owner: 'Ops',
    contact: 'ops@contoso.test',
    expiresAt: Date.parse('2027-01-01T00:00:00Z'),
    expires: '2026-12-31',
    state: 'acknowledged',
    note: 'moves, at last',
  });
});

test('comments, blank lines, blanks around cells, a byte order mark and Windows line ends do no harm', () => {
  const inventory = inventoryOf(
    '\uFEFF# what we know, "all of it\r',
    '\r',
    `${header}\r`,
    '   \r',
    '  # 10.9.9.9\r',
    ' 10.1.2.3 , Scanner ,,,, known ,within a line # is text\r',
  );
  assert.equal(inventory.entries.length, 1);
  assert.equal(inventory.entries[0]?.line, 6);
  assert.equal(inventory.find('10.1.2.3')?.label, 'Scanner');
  assert.equal(inventory.find('10.1.2.3')?.note, 'within a line # is text');
});

test('the header may name fewer columns, in another order and case; a blank state is known', () => {
  const inventory = inventoryOf('Label,CIDR', 'Scanner,10.1.2.3');
  assert.deepEqual(
    inventory.entries.map(({ label, cidr, state, owner }) => [label, cidr, state, owner]),
    [['Scanner', '10.1.2.3', 'known', null]],
  );
});

test('cells that are missing at the end of a line are blank', () => {
  assert.equal(inventoryOf(header, '10.1.2.3,Scanner').entries[0]?.state, 'known');
});

test('a header alone is an empty inventory, an empty file is none', () => {
  assert.equal(inventoryOf(header).entries.length, 0);
  assert.deepEqual(problemsOf(''), [`1: the first line must name the columns: ${header}`]);
});

test('a day counts to its end, a time to the minute, both in UTC', () => {
  const expiries = (text: string): string =>
    new Date(inventoryOf('cidr,expires', `10.1.2.3,${text}`).entries[0]?.expiresAt ?? Number.NaN).toISOString();
  assert.equal(expiries('2026-12-31'), '2027-01-01T00:00:00.000Z');
  assert.equal(expiries('2026-12-31T18:00Z'), '2026-12-31T18:00:00.000Z');
  assert.equal(expiries('2026-12-31 18:00:30'), '2026-12-31T18:00:30.000Z');
});

test('all problems are named at once, each with its line', () => {
  assert.deepEqual(
    problemsOf(
      header,
      '10.1.2.3,ok',
      'printer7,Printer',
      '# a comment counts as a line',
      '10.1.2.7/24,Net',
      ',Nobody',
      '10.1.2.3/32,again',
      '10.1.2.4,x,,,31.12.2026,unknown',
      '10.1.2.5,x,,,2026-02-30',
      '10.1.2.6,a,b,c,2026-12-31,known,note,more',
      '10.1.2.8,"open',
      '10.1.2.9,in"side',
      `10.1.2.10,${'x'.repeat(257)}`,
    ),
    [
      '3: "printer7" is no address, CIDR or range: write 10.1.2.3, 10.1.2.0/24, 2001:db8::/32 or 10.1.2.10-10.1.2.20',
      '5: "10.1.2.7/24" is no network: did you mean 10.1.2.0/24?',
      '6: the cidr is blank',
      '7: "10.1.2.3/32" stands on line 2 already',
      '8: the state "unknown" is neither "known" nor "acknowledged"',
      '8: "31.12.2026" is no date: write it as 2026-12-31 (its last day) or 2026-12-31T18:00Z',
      '9: "2026-02-30" is no date: write it as 2026-12-31 (its last day) or 2026-12-31T18:00Z',
      '10: 8 cells, but 7 columns: put quotes around a text with a comma',
      '11: the quotes do not match: put them around a whole cell, and write "" for one inside',
      '12: the quotes do not match: put them around a whole cell, and write "" for one inside',
      '13: the label is longer than 256 characters',
    ],
  );
});

test('a header that is wrong is named, and the lines below it are checked all the same', () => {
  assert.deepEqual(problemsOf('10.1.2.3,Scanner', 'printer7,x').slice(0, 1), [
    `1: the first line must name the columns: ${header}`,
  ]);
  assert.equal(problemsOf('10.1.2.3,Scanner', 'printer7,x').length, 2);
  assert.deepEqual(problemsOf('cidr,lable,owner,owner', '10.1.2.3,x'), [
    '1: there is no column "lable"; did you mean "label"?',
    '1: the column "owner" is named twice',
  ]);
});

test('a file of another kind is refused soon, and its sentences stay short', () => {
  const problems = problemsOf('cidr', ...Array.from({ length: 5000 }, () => 'x'.repeat(5000)));
  assert.equal(problems.length, 1001);
  assert.ok(problems.every((problem) => problem.length < 300));
  assert.equal(problems.at(-1), '502: the rest of the file was not looked at');
  assert.deepEqual(problemsOf('cidr', `10.1.2.3${','.repeat(9000)}`), ['2: the line is longer than 8192 characters']);
});

test('an inventory has at most 100,000 entries', () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
  const inventory = inventoryOf('cidr', ...lines);
  assert.equal(inventory.entries.length, 100_000);
  assert.equal(inventory.find('10.1.134.159')?.line, 100_001);
  assert.deepEqual(problemsOf('cidr', ...lines, '10.9.0.0', '10.9.0.1'), [
    '100002: more than 100000 entries: write networks instead of single addresses',
  ]);
});
