/**
 * Copies a database that another process may be writing to, without a lock and without touching it, so that the copy
 * is the end of some transaction.
 *
 * In WAL mode the database file changes by checkpoints alone, and everything that a checkpoint moves into it is in the
 * log too, until the log begins anew, with a header of another salt. So a copy of the database, in whatever mixture of
 * old and new pages, together with a log copied after it, is whole if the log did not begin anew meanwhile: SQLite
 * applies the log to it up to the last commit that is whole, as after a crash.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { systemClock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import type { StateFiles } from './state-files.ts';

/** How long it is tried: a process that reads old logs leaves pauses of up to two seconds between its commits. */
const patienceMs = 30_000;
const pieceBytes = 4 * 1024 * 1024;
/** SQLite's locks are on bytes of this page, which holds nothing; on Windows nobody else may read them. */
const lockPage = { start: 0x4000_0000, bytes: 512 };
const logHeaderBytes = 32;

/** Throws what the file system throws, and a UserError where the state is written too fast to be copied. */
export async function copyDatabase(files: StateFiles, target: StateFiles): Promise<void> {
  const startedAt = systemClock.monotonic();
  while (systemClock.monotonic() - startedAt < patienceMs) {
    const before = await generation(files);
    await copyFile(files.database, target.database);
    await copyFile(files.log, target.log);
    if ((await generation(files)) === before) return;
  }
  throw new UserError(`The state in ${files.directory} is written too fast to be looked at.`, {
    remedy: 'Try again when it has caught up with its logs.',
    retryable: true,
  });
}

/** What changes whenever the log begins anew, or the database is written without one. */
async function generation({ database, log }: StateFiles): Promise<string> {
  const header = await firstBytes(log, logHeaderBytes);
  if (header.length === logHeaderBytes) return header.toString('hex');
  const { size, mtimeNs } = statSync(database, { bigint: true });
  return `${size} ${mtimeNs}`;
}

async function firstBytes(path: string, length: number): Promise<Buffer> {
  const file = await openIfThere(path);
  if (file === null) return Buffer.alloc(0);
  await using _closed = file;
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, 0);
  return bytes.subarray(0, bytesRead);
}

/** A file that is not there leaves none. */
async function copyFile(from: string, to: string): Promise<void> {
  await using target = await open(to, 'w', 0o600);
  const source = await openIfThere(from);
  if (source === null) return;
  await using _closed = source;
  const buffer = Buffer.alloc(pieceBytes);
  for (let at = 0; ;) {
    if (at === lockPage.start) at += lockPage.bytes;
    const { bytesRead } = await source.read(buffer, 0, untilLockPage(at), at);
    if (bytesRead === 0) return;
    await target.write(buffer, 0, bytesRead, at);
    at += bytesRead;
  }
}

function untilLockPage(at: number): number {
  return at < lockPage.start ? Math.min(pieceBytes, lockPage.start - at) : pieceBytes;
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
