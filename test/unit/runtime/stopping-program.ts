/** Started by lifecycle.test.ts: serves until it is stopped; the argument says how it closes. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { runUntilStopped } from '../../../src/runtime/lifecycle.ts';

const closing = process.argv[2];

async function serve(signal: AbortSignal): Promise<number> {
  process.stdout.write('serving\n');
  if (closing === 'abort-error') await sleep(60_000, undefined, { signal });
  if (closing === 'ends') return 3;
  await once(signal, 'abort');
  process.stdout.write('stopping\n');
  if (closing === 'never') await new Promise(() => {});
  if (closing === 'broken') throw new Error('it broke while it stopped');
  return 0;
}

const held = setInterval(() => {}, 1000);
try {
  process.exitCode = await runUntilStopped(serve, {
    ...(process.argv.includes('input') ? { input: process.stdin } : {}),
    deadlineMs: closing === 'never' && process.argv.includes('short') ? 50 : 60_000,
    onLate: () => process.stdout.write('late\n'),
  });
} finally {
  clearInterval(held);
}
