import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { realPath } from '../../../src/runtime/real-path.ts';

async function scratch(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'straggler-real-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a link has the real path of what it leads to', { skip: process.platform === 'win32' }, async (t) => {
  const folder = await scratch(t);
  await mkdir(join(folder, 'there'));
  await symlink(join(folder, 'there'), join(folder, 'link'));
  assert.equal(await realPath(join(folder, 'link')), join(folder, 'there'));
});

test('what is not there has none', async (t) => {
  const folder = await scratch(t);
  await assert.rejects(realPath(join(folder, 'nothing')), { code: 'ENOENT' });
});

// Wine cannot tell such a path either, as Windows cannot on RAM disks: there this test takes the second way.
test('a path of more than 260 characters has one', async (t) => {
  const folder = await scratch(t);
  const long = join(folder, ...Array.from({ length: 8 }, (_, index) => `${index}-${'long'.repeat(10)}`));
  await mkdir(long, { recursive: true });
  assert.equal(await realPath(long), long);
});
