import { open } from 'node:fs/promises';
import type { FileRecord } from '../delivery/records.ts';
import { holds } from './fingerprint.ts';
import { errorCode, errorText, isAbsent } from './open-errors.ts';

/** What stands at a file's path now, beside what was read of it. */
export type FileComparison =
  | { readonly kind: 'same'; readonly size: number }
  | { readonly kind: 'gone' }
  /** Less than was read: it was cut. */
  | { readonly kind: 'shorter'; readonly size: number }
  /** Other bytes than those that were read. */
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Opens and reads; changes nothing. */
export async function compareFile({ path, offset, prefix, guard }: FileRecord): Promise<FileComparison> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size < offset) return { kind: 'shorter', size };
    return (await holds(file, prefix)) && (await holds(file, guard)) ? { kind: 'same', size } : { kind: 'other' };
  } catch (error) {
    return isAbsent(errorCode(error)) ? { kind: 'gone' } : { kind: 'unreadable', reason: errorText(error) };
  }
}
