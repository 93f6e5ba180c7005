/**
 * What can be told of a log from the middle of it, for a search that does not read all of it. Pure; bytes in, places
 * in these bytes out.
 */
import type { LogFormat } from './format.ts';
import { columnsOfComment, columnsOfRow } from './header.ts';
import { RowFields } from './row.ts';
import { TimeReader } from './time.ts';

const lineFeed = 0x0a;

export interface TimedPlace {
  /** Where the row begins. */
  readonly start: number;
  readonly time: number;
}

/** The first whole line behind the first line feed whose time can be read; null when there is none. */
export function firstTimedRow(bytes: Buffer, timeColumn: number): TimedPlace | null {
  const fields = new RowFields();
  const times = new TimeReader();
  let start = bytes.indexOf(lineFeed) + 1;
  while (start > 0) {
    const end = bytes.indexOf(lineFeed, start);
    if (end === -1) return null;
    fields.split(bytes, start, end);
    if (timeColumn < fields.count) {
      const time = times.read(bytes, fields.start(timeColumn), fields.end(timeColumn));
      if (!Number.isNaN(time)) return { start, time };
    }
    start = end + 1;
  }
  return null;
}

/** The columns named by the last header among the lines that begin in these bytes; null when none does. */
export function lastColumns(bytes: Buffer, format: LogFormat): readonly string[] | null {
  let end = bytes.length;
  while (end > 0) {
    const start = bytes.lastIndexOf(lineFeed, end - 1) + 1;
    const columns = start === end ? null : headerColumns(bytes, start, end, format);
    if (columns !== null) return columns;
    end = start - 1;
  }
  return null;
}

function headerColumns(bytes: Buffer, start: number, end: number, format: LogFormat): readonly string[] | null {
  const textStart = bytes[start] === 0xef && end - start > 3 ? start + 3 : start;
  const textEnd = bytes[end - 1] === 0x0d ? end - 1 : end;
  const first = (bytes[textStart] as number) | 0x20;
  if (bytes[textStart] === 0x23) {
    const columns = columnsOfComment(bytes, textStart, textEnd, format);
    return columns === 'damaged' ? null : columns;
  }
  // A row begins with a digit or, in an odd order of columns, with anything; a bare header with a letter.
  return first >= 0x61 && first <= 0x7a ? columnsOfRow(bytes, textStart, textEnd, format) : null;
}
