/** A file's turn: one read, one slice of whole rows, one record of where that leaves the file. */
import type { FileRecord } from '../delivery/records.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import type { SliceResult } from '../exchange-log/slice.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { basename } from 'node:path';
import type { FollowedFile } from './followed-file.ts';
import type { OpenFile } from './handles.ts';
import { sharedColumns } from './shared-columns.ts';
import { fingerprintAt, type Piece, readHead, readPiece } from './read.ts';

export interface Turn {
  readonly piece: Piece;
  /** Null when there was no whole row to read. */
  readonly slice:
    | (SliceResult & { readonly start: number; readonly record: FileRecord; readonly head: Buffer | null })
    | null;
}

export interface TurnOptions {
  readonly server: string;
  /** Rows before it make no events; null = all do. */
  readonly horizon: number | null;
  readonly caches: ReaderCaches;
  readonly now: number;
  /** The file will not grow any more: its unterminated tail is read too. */
  readonly finish: boolean;
}

/** @param buffer holds the guard and what is read */
export async function takeTurn(
  file: FollowedFile,
  { handle }: OpenFile,
  buffer: Buffer,
  options: TurnOptions,
): Promise<Turn | 'changed'> {
  const at = file.read;
  const piece = await readPiece(handle, at, buffer, file);
  if (piece === 'changed') return 'changed';
  // Only what has stood still since the last read is finished.
  const finished = options.finish && piece.atEnd && piece.seenTo <= file.readTo;
  if (piece.bytes.length === 0) return { piece, slice: null };
  const result = readSlice(at, piece.bytes, at.offset, {
    protocol: file.name.protocol,
    format: file.name.format,
    server: options.server,
    file: basename(at.path),
    finished,
    caches: options.caches,
    ...(options.horizon === null ? {} : { since: options.horizon }),
  });
  if (result.end === at.offset) return { piece, slice: null };
  const head = file.head ?? (await readHead(handle, at.offset));
  const { head: grownHead, ...fingerprint } = fingerprintAt(at, buffer, head, result.end);
  const record: FileRecord = {
    ...at,
    ...fingerprint,
    ...result.state,
    columns: sharedColumns(result.state.columns),
    offset: result.end,
    sizeSeen: Math.max(file.size, piece.seenTo),
    grewAt: options.now,
    finished,
  };
  return { piece, slice: { ...result, start: at.offset, record, head: grownHead } };
}
