import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

/** The program's version, from its manifest. */
export const version = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest)
  .version;

/** The revision that was built, where the build says it. */
export const revision = process.env['STRAGGLER_REVISION'] ?? 'unknown';
