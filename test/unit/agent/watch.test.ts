import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOnShare } from '../../../src/agent/share.ts';
import { FolderWatch } from '../../../src/agent/watch.ts';
import { scratch } from './scratch.ts';

async function wokenBy(wakes: () => number, act: () => Promise<void>, failure: string): Promise<void> {
  const before = wakes();
  const end = performance.now() + 10_000;
  while (wakes() === before) {
    assert.ok(performance.now() < end, failure);
    // Watching starts some time after it was asked for, so the deed is done again until it is seen.
    await act();
    await sleep(20);
  }
}

test('a new file in a watched folder wakes, and so does a row in a watched file', async () => {
  await using top = await scratch();
  let wakes = 0;
  await writeFile(top.path('POP32026112010-1.LOG'), '');
  await using watch = new FolderWatch({ wake: () => wakes++, failed: (error) => assert.fail(String(error)) });
  watch.update(new Set([top.folder]), new Set([top.path('POP32026112010-1.LOG')]));
  let number = 0;
  await wokenBy(
    () => wakes,
    () => appendFile(top.path('POP32026112010-1.LOG'), 'row\n'),
    'a row did not wake',
  );
  watch.update(new Set([top.folder]), new Set([top.path('POP32026112011-1.LOG')]));
  await wokenBy(
    () => wakes,
    () => appendFile(top.path('POP32026112011-1.LOG'), `row ${number++}\n`),
    'a file that came later did not wake',
  );
});

test('a local folder is on no share, a UNC path is', async () => {
  await using top = await scratch();
  assert.equal(await isOnShare(top.folder), false);
  assert.equal(await isOnShare('\\\\EX01\\C$\\Logs'), true);
  assert.equal(await isOnShare('\\\\?\\UNC\\EX01\\C$\\Logs'), true);
  assert.equal(await isOnShare('\\\\?\\C:\\Logs'), false);
  assert.equal(await isOnShare(top.path('missing')), false);
});
