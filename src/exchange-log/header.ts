import { RowFields, fieldsMax } from './row.ts';

/** Columns of a file that has no header: a 0-byte file left by a crash is opened again without one. */
export const defaultColumns: readonly string[] =
  'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context'.split(',');

/** Where each column that is read stands in a row; -1 where the header does not name it. */
export interface Layout {
  /** As the header names them; null = the built-in default. */
  readonly columns: readonly string[] | null;
  readonly count: number;
  readonly time: number;
  readonly session: number;
  readonly sequence: number;
  readonly local: number;
  readonly client: number;
  readonly user: number;
  readonly received: number;
  readonly sent: number;
  readonly command: number;
  readonly parameters: number;
  readonly context: number;
}

const columnCharactersMax = 64;
/** Without these no row can be read, so a line that lacks one is no header. */
const neededColumns = ['datetime', 'seqnumber', 'cip'];
const fieldsMark = Buffer.from('#fields:');

/** Where a header's columns stand: by name, never by count. Names without regard to case; of two alike the first. */
export function layoutOf(columns: readonly string[] | null): Layout {
  const names = (columns ?? defaultColumns).map((name) => name.toLowerCase());
  return {
    columns,
    count: names.length,
    time: names.indexOf('datetime'),
    session: names.indexOf('sessionid'),
    sequence: names.indexOf('seqnumber'),
    local: names.indexOf('sip'),
    client: names.indexOf('cip'),
    user: names.indexOf('user'),
    received: names.indexOf('rqsize'),
    sent: names.indexOf('rpsize'),
    command: names.indexOf('command'),
    parameters: names.indexOf('parameters'),
    context: names.indexOf('context'),
  };
}

/** The columns of a `#Fields:` line; null when the line is another, `damaged` when it names no readable columns. */
export function columnsOfComment(bytes: Buffer, start: number, end: number): readonly string[] | 'damaged' | null {
  const afterMark = start + fieldsMark.length;
  if (afterMark > end) {
    return null;
  }
  for (let at = 0; at < fieldsMark.length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== ((fieldsMark[at] as number) | 0x20)) return null;
  }
  return columnsOfRow(bytes, afterMark, end) ?? 'damaged';
}

/**
 * The columns of a bare header row; null when the line is none. Ask this only of a line whose time cannot be read: the
 * other fields of a row are chosen by clients.
 */
export function columnsOfRow(bytes: Buffer, start: number, end: number): readonly string[] | null {
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
  return neededColumns.every((name) => names.has(name)) ? columns : null;
}
