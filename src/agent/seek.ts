/**
 * Where reading back begins inside a file. A file may hold a month, or years where it is never rolled, and rows before
 * the horizon make no events: they are passed over by a binary search on the times of rows. Only of logs whose rows are
 * in the order of time; where a time cannot be told, the search turns to the older side, so it never passes over a row
 * that is wanted.
 */
import type { FileHandle } from 'node:fs/promises';
import type { FileRecord } from '../delivery/records.ts';
import { firstTimedRow, lastColumns } from '../exchange-log/landmarks.ts';
import type { LogFormat } from '../exchange-log/format.ts';
import { guardStart, hashOfRange, prefixBytesMax, readFully } from './fingerprint.ts';

/** Less than this is read rather than searched. */
export const seekBytesMin = 1024 * 1024;
const nearBytes = 256 * 1024;
const probeBytes = 64 * 1024;
const headBytes = 16 * 1024;
/** Looked at from a place back to the last header before it, piece by piece. */
const backBytes = 1024 * 1024;
/** Rows may be this much out of order. */
const marginMs = 3_600_000;

export type Beginning = Pick<FileRecord, 'offset' | 'columns' | 'guard' | 'prefix'>;

/** The position from which all rows at or after the horizon follow; null when that is the start of the file. */
export async function seekHorizon(
  handle: FileHandle,
  size: number,
  horizon: number,
  format: LogFormat,
): Promise<Beginning | null> {
  const head = await readAt(handle, 0, Math.min(headBytes, size));
  const fileColumns = lastColumns(wholeLines(head), format);
  const names = (fileColumns ?? format.defaultColumns).map((name) => name.toLowerCase());
  const timeColumn = names.indexOf(format.neededColumns[0]);
  let low = 0;
  let high = size;
  while (high - low > nearBytes) {
    const middle = low + Math.floor((high - low) / 2);
    const row = firstTimedRow(await readAt(handle, middle, probeBytes), timeColumn);
    if (row !== null && row.time < horizon - marginMs && middle + row.start < high) low = middle + row.start;
    else high = middle;
  }
  if (low === 0) return null;
  const guarded = guardStart(low);
  return {
    offset: low,
    columns: (await columnsBefore(handle, low, format)) ?? fileColumns,
    guard: hashOfRange(guarded, await readAt(handle, guarded, low - guarded)),
    prefix: hashOfRange(0, head.subarray(0, Math.min(prefixBytesMax, low))),
  };
}

/** The columns in force at a row's start: those of the last header before it. */
async function columnsBefore(handle: FileHandle, offset: number, format: LogFormat): Promise<readonly string[] | null> {
  for (let end = offset; end > 0;) {
    const start = Math.max(0, end - backBytes);
    const bytes = await readAt(handle, start, end - start);
    // The first line of a piece is looked at with the piece before, of which it is the end.
    const from = start === 0 ? 0 : bytes.indexOf(0x0a) + 1;
    if (start > 0 && from === 0) {
      end = start;
      continue;
    }
    const columns = lastColumns(bytes.subarray(from), format);
    if (columns !== null || start === 0) return columns;
    end = start + from;
  }
  return null;
}

function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, await readFully(handle, buffer, position));
}
