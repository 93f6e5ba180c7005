/** The short form of `npm run soak -- --minutes N`. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { longRun } from '../chaos/long-run.ts';
import { missing } from '../require.ts';

const seconds = Number(process.env['STRAGGLER_LONG_RUN_SECONDS'] ?? 8);

test('run at work for a while keeps its handles, and all its counters agree in the end', async (t) => {
  if (!existsSync('/proc/self/fd')) return missing(t, 'a /proc that tells memory and handles');
  const { rows, handles } = await longRun(1, seconds, () => {});
  assert.ok(rows > 0);
  t.diagnostic(`${rows} rows, at most ${Math.max(...handles)} handles`);
});
