import type { LogFormat } from './format.ts';
import { RowFields, fieldsMax } from './row.ts';

const columnCharactersMax = 64;
const fieldsMark = Buffer.from('#fields:');

/**
 * The columns of a `#Fields:` line; null when the line is another, `damaged` when a row could not be read by what it
 * names.
 */
export function columnsOfComment(
  bytes: Buffer,
  start: number,
  end: number,
  format: LogFormat,
): readonly string[] | 'damaged' | null {
  const afterMark = start + fieldsMark.length;
  if (afterMark > end) {
    return null;
  }
  for (let at = 0; at < fieldsMark.length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== ((fieldsMark[at] as number) | 0x20)) return null;
  }
  return columnsOfRow(bytes, afterMark, end, format) ?? 'damaged';
}

/**
 * The columns of a bare header row; null when the line is none. Ask this only of a line whose time cannot be read: the
 * other fields of a row are chosen by clients.
 */
export function columnsOfRow(bytes: Buffer, start: number, end: number, format: LogFormat): readonly string[] | null {
  const fields = new RowFields();
  fields.split(bytes, start, end);
  if (fields.count > fieldsMax) {
    return null;
  }
  const columns = Array.from({ length: fields.count }, (_, index) => fields.text(bytes, index).trim());
  if (columns.some((name) => name.length > columnCharactersMax)) {
    return null;
  }
  const names = new Set(columns.map((name) => name.toLowerCase()));
  return format.neededColumns.every((name) => names.has(name)) ? columns : null;
}
