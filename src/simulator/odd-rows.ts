/**
 * Rows as they should not be, on request. Each kind says what a reader must make of it: `bad` rows count for no client
 * and once among the bad rows; the others count in full.
 */
import { rowText, type LogFormat } from './log-format.ts';
import type { LogRow } from './log-row.ts';
import type { Random } from './random.ts';

export const badKinds = [
  'too few columns',
  'bad time',
  'bad address',
  'bad sequence',
  'not text',
  'unclosed quote',
  'too long',
] as const;
export type BadKind = (typeof badKinds)[number];

export const tolerableKinds = ['blank sizes', 'unreadable sizes', 'extra columns', 'NUL head'] as const;
export type TolerableKind = (typeof tolerableKinds)[number];

export type OddKind = BadKind | TolerableKind;

/** A row longer than this is skipped whole. */
const rowBytesMax = 1 << 20;

export function isBadKind(kind: OddKind): kind is BadKind {
  return (badKinds as readonly string[]).includes(kind);
}

/** The line of a bad row, without its end. `row` lends the cells that are in order. */
export function badLine(kind: BadKind, format: LogFormat, row: LogRow, random: Random): Buffer {
  const spoiled = (cells: Parameters<typeof rowText>[2]): Buffer => Buffer.from(rowText(format, row, cells));
  switch (kind) {
    case 'too few columns':
      return Buffer.from(rowText(format, row).split(',').slice(0, random.integer(1, 6)).join(',') || 'x');
    case 'bad time':
      return spoiled({
        dateTime: random.pick(['', 'yesterday', '2026-13-45T10:00:00.000Z', '2026-11-20T25:61:00.000Z']),
      });
    case 'bad address':
      return spoiled({
        cIp: random.pick(['', 'host:143', '300.1.2.3:110', '1.2.3.4.5:110', '[fe80:::1]:993', '[::g]:1']),
      });
    case 'bad sequence':
      return spoiled({ seqNumber: random.pick(['', 'x', '-1', '1.5', '0x1']) });
    case 'not text':
      return Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28, 0xf8, 0x88, 0x01, 0x1b]);
    case 'unclosed quote':
      return spoiled({ sessionId: '"00000000000000FF' });
    case 'too long':
      return spoiled({ context: 'x'.repeat(rowBytesMax + random.integer(1, 5000)) });
  }
}

/** The line of a row that counts in full. For the two kinds of sizes `row` must have sizes of 0. */
export function tolerableLine(kind: TolerableKind, format: LogFormat, row: LogRow, random: Random): Buffer {
  switch (kind) {
    case 'blank sizes':
      return Buffer.from(rowText(format, row, { rqsize: '', rpsize: '' }));
    case 'unreadable sizes':
      return Buffer.from(rowText(format, row, { rqsize: 'n/a', rpsize: '12x' }));
    case 'extra columns':
      return Buffer.from(`${rowText(format, row)},extra,"more, than known"`);
    case 'NUL head':
      return Buffer.concat([Buffer.alloc(random.integer(1, 9000)), Buffer.from(rowText(format, row))]);
  }
}
