/** A file's turn: one read, one slice of whole rows, one record of where that leaves the file. */
import type { DeadLetter } from '../delivery/dead-letters/dead-letter.ts';
import type { FileRecord, LaneRecord } from '../delivery/records.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import type { SliceResult } from '../exchange-log/slice.ts';
import { readSlice } from '../exchange-log/slice-reader.ts';
import { basename } from 'node:path';
import type { FollowedFile } from './followed-file.ts';
import type { OpenFile } from './handles.ts';
import { sharedColumns } from './shared-columns.ts';
import { later } from './lane-figures.ts';
import { UnreadableRows } from './unreadable-rows.ts';
import { fingerprintAt, type Piece, readHead, readPiece } from './read.ts';

export interface Turn {
  readonly piece: Piece;
  /** Null when there was no whole row to read. */
  readonly slice:
    | (SliceResult & {
        readonly start: number;
        readonly record: FileRecord;
        readonly head: Buffer | null;
        readonly unreadable: readonly DeadLetter[];
      })
    | null;
}

export interface TurnOptions {
  readonly lane: LaneRecord;
  /** Whether what cannot be read may be kept, or only where it stands. */
  readonly withContent: boolean;
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
  const { lane, withContent, now } = options;
  const unreadable = new UnreadableRows(piece.bytes, at.offset, { lane, path: at.path, withContent, now });
  const result = readSlice(at, piece.bytes, at.offset, {
    protocol: file.name.protocol,
    format: file.name.format,
    server: lane.server,
    file: basename(at.path),
    finished,
    caches: options.caches,
    onInvalidRow: (reason, start, end) => unreadable.add(reason, start, end),
    ...(lane.horizon === null ? {} : { since: lane.horizon }),
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
    grewAt: now,
    finished,
    ...provenBy(at, result),
  };
  const { letters } = unreadable;
  return { piece, slice: { ...result, start: at.offset, record, head: grownHead, unreadable: letters } };
}

type Proof = Pick<FileRecord, 'lastRowAt' | 'lastProbeAt'>;

/** What the rows of a file prove, with those of a slice more. */
function provenBy({ lastRowAt, lastProbeAt }: Proof, result: SliceResult): Proof {
  const row = later(lastRowAt ?? null, result.lastRowAt);
  const probe = later(lastProbeAt ?? null, result.lastProbeAt);
  return { ...(row === null ? {} : { lastRowAt: row }), ...(probe === null ? {} : { lastProbeAt: probe }) };
}
