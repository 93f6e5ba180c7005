/** What Node makes of the sources is kept, so that the next start need not make it again. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runStraggler } from '../processes/run-straggler.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';

test('a command keeps it when it ends, and one that serves before it is killed', async (t) => {
  const own = mkdtempSync(join(tmpdir(), 'straggler-compiled-'));
  const folder = join(own, 'cache');
  const before = process.env['NODE_COMPILE_CACHE'];
  process.env['NODE_COMPILE_CACHE'] = folder;
  t.after(() => {
    if (before === undefined) delete process.env['NODE_COMPILE_CACHE'];
    else process.env['NODE_COMPILE_CACHE'] = before;
    rmSync(own, { recursive: true });
  });
  const kept = (): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

  assert.equal((await runStraggler(['--version'])).code, 0);
  const ofVersion = kept();
  assert.ok(ofVersion > 0);

  await using serving = StragglerProcess.start('run', own, '--state', join(own, 'state'));
  await serving.url();
  // What serves is many times as much, and the thread of its database alone is not.
  await until('what serves is kept', () => kept() > 5 * ofVersion);
  await serving.signal('SIGKILL');
});
