/**
 * Files that belong to the program. They lie beside the sources, and in the one-file executable within it, under the
 * same names: there the sources' `import.meta.url` is `straggler:/src/…`, set when it is built.
 */
import { readFileSync } from 'node:fs';
import { getRawAsset, isSea } from 'node:sea';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/** `file` is `new URL('./name', import.meta.url)`. Throws where there is no such file. */
export function readProgramFile(file: URL): Buffer {
  return isSea() ? Buffer.from(getRawAsset(file.pathname)) : readFileSync(file);
}

/** `entry` is `new URL('./x-worker.ts', import.meta.url)`; in the executable it is a bundle of its own. */
export function startProgramWorker(entry: URL, limits: ResourceLimits = {}): Worker {
  const resourceLimits = { resourceLimits: limits };
  return isSea()
    ? new Worker(readProgramFile(entry).toString(), { ...resourceLimits, eval: true })
    : new Worker(entry, resourceLimits);
}
