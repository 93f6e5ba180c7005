import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { RowFields, fieldsMax } from '../../../src/exchange-log/row.ts';

function split(line: string): { fields: string[]; unclosed: boolean; count: number } {
  const row = new RowFields();
  const bytes = Buffer.from(line);
  row.split(bytes, 0, bytes.length);
  const fields = Array.from({ length: Math.min(row.count, fieldsMax) }, (_, index) => row.text(bytes, index));
  return { fields, unclosed: row.unclosed, count: row.count };
}

test('fields end at commas, and a blank line has one field', () => {
  assert.deepEqual(split('a,,b c,').fields, ['a', '', 'b c', '']);
  assert.deepEqual(split('').fields, ['']);
});

test('a quoted field may hold commas and doubled quotes', () => {
  assert.deepEqual(split('"a,b","say ""x""",""""').fields, ['a,b', 'say "x"', '"']);
  assert.deepEqual(split('"",x').fields, ['', 'x']);
});

test('a quote inside a field is a character like others', () => {
  assert.deepEqual(split('a"b,c').fields, ['a"b', 'c']);
});

test('a backslash is never an escape', () => {
  assert.deepEqual(split(String.raw`DOMAIN\name,"a\",b`).fields, [String.raw`DOMAIN\name`, 'a\\', 'b']);
});

test('text behind a closing quote stays in its field', () => {
  assert.deepEqual(split('"a"b,c').fields, ['a"b', 'c']);
});

test('a quote that is never closed takes the rest of its row', () => {
  const row = split('a,"b,c');
  assert.deepEqual([row.fields, row.unclosed], [['a', 'b,c'], true]);
  assert.equal(split('a,"b",c').unclosed, false);
});

test('more fields than are kept are still counted', () => {
  assert.equal(split(','.repeat(200)).count, 201);
});

test('well-formed rows are split as csv-parse splits them', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '\\', ';', 'é'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 14 }), (fields) => {
      const line = fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
      fc.pre(line.trim() !== '');
      assert.deepEqual(split(line).fields, fields);
      assert.deepEqual(parse(line)[0], fields);
    }),
    { numRuns: 1000 },
  );
});
