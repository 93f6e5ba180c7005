import { realpath as walk } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The real path of what stands at a path; rejects as `realpath` does. Windows does not know it on disks that its mount
 * manager has not heard of (RAM disks and other virtual ones): there links are followed one by one, which keeps the
 * case as it was written.
 */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EISDIR' && code !== 'UNKNOWN') throw error;
    return await promisify(walk)(path);
  }
}
