/** Logs and agents through random stories, against a model that knows every row and every byte (`following/trial.ts`). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from './following/tried.ts';

const runs = Number(process.env['STRAGGLER_MODEL_RUNS'] ?? 200);
const seed = Number(process.env['STRAGGLER_MODEL_SEED'] ?? 1);

test('every row is counted once and every lost byte is counted, whatever happens to files, agents and state', async () => {
  const failure = await failureOf({ runs, seed });
  assert.ok(failure === null, failure ?? '');
});
