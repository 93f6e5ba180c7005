/** The image that `run.ts` has had built for the suite. */
import assert from 'node:assert/strict';

export const image = process.env['STRAGGLER_IMAGE'] ?? assert.fail('STRAGGLER_IMAGE is not set: npm run test:docker');
/** What the build was told to be. */
export const revision = 'a1b2c3d';
/** What every container of ours runs with, and needs no more than. */
export const hardened = ['--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges'] as const;
