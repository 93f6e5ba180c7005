import { readProgramFile } from '../runtime/program-file.ts';

interface Manifest {
  readonly version: string;
}

/** The program's version, from its manifest. */
export const version = (
  JSON.parse(readProgramFile(new URL('../../package.json', import.meta.url)).toString()) as Manifest
).version;

/** The revision that was built, where the build says it. */
export const revision = process.env['STRAGGLER_REVISION'] ?? 'unknown';
