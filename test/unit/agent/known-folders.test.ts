import assert from 'node:assert/strict';
import { rename, stat, utimes, writeFile, mkdir, rm, symlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import { find, ListingMemory } from '../../../src/agent/find.ts';
import { KnownFolders } from '../../../src/agent/known-folders.ts';
import { scratch } from './scratch.ts';

function setting() {
  const time = { now: Date.now() + 60_000, monotonic: 1000 };
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  return { time, clock, memory: new ListingMemory(clock) };
}

function names(listing: Awaited<ReturnType<typeof find>>): string[] {
  return listing.files.map(({ path }) => basename(path)).toSorted();
}

test('as long as nothing changes, the same list is answered', async () => {
  await using top = await scratch();
  const { memory, time } = setting();
  await writeFile(top.path('POP32026112010-1.LOG'), '');
  const first = await find({ path: top.folder }, 100, memory);
  time.monotonic += 10_000;
  const second = await find({ path: top.folder }, 100, memory);
  assert.equal(second.files, first.files);
  time.monotonic += 60_000;
  assert.equal((await find({ path: top.folder }, 100, memory)).files, first.files);
});

test('a file that comes, goes or is renamed is seen at once', async () => {
  await using top = await scratch();
  const { memory } = setting();
  const list = async () => names(await find({ path: top.folder }, 100, memory));
  await mkdir(top.path('EX01'));
  await writeFile(top.path('EX01', 'POP32026112010-1.LOG'), '');
  assert.deepEqual(await list(), ['POP32026112010-1.LOG']);
  await writeFile(top.path('EX01', 'POP32026112011-1.LOG'), '');
  assert.deepEqual(await list(), ['POP32026112010-1.LOG', 'POP32026112011-1.LOG']);
  await rename(top.path('EX01', 'POP32026112010-1.LOG'), top.path('EX01', 'POP32026112009-1.LOG'));
  assert.deepEqual(await list(), ['POP32026112009-1.LOG', 'POP32026112011-1.LOG']);
  await rm(top.path('EX01', 'POP32026112011-1.LOG'));
  assert.deepEqual(await list(), ['POP32026112009-1.LOG']);
  await rename(top.path('EX01'), top.path('EX02'));
  assert.equal(
    (await find({ path: top.folder }, 100, memory)).files[0]?.path,
    top.path('EX02', 'POP32026112009-1.LOG'),
  );
});

test('a folder that has changed just now, or in the future, is not believed', async () => {
  await using top = await scratch();
  const { time, clock } = setting();
  const folders = new KnownFolders<string>(clock);
  const stats = await stat(top.folder, { bigint: true });
  const changedAt = Number(stats.ctimeMs);
  for (const [now, expected] of [
    [changedAt + 1000, null],
    [changedAt - 60_000, null],
    [changedAt + 10_000, 'content'],
  ] as const) {
    time.now = now;
    folders.begin();
    folders.remember('folder', stats, 'content');
    folders.begin();
    assert.equal(folders.recall('folder', stats), expected, String(now - changedAt));
  }
});

test('what is known is believed for half a minute, and not once the times of the folder have moved', async () => {
  await using top = await scratch();
  const { time, clock } = setting();
  const folders = new KnownFolders<string>(clock);
  const stats = await stat(top.folder, { bigint: true });
  folders.remember('folder', stats, 'content');
  const recall = (now: typeof stats): string | null => {
    folders.begin();
    return folders.recall('folder', now);
  };
  time.monotonic += 29_000;
  assert.equal(recall(stats), 'content');
  await utimes(top.folder, 1, 1);
  assert.equal(recall(await stat(top.folder, { bigint: true })), null);
  folders.remember('folder', stats, 'content');
  time.monotonic += 31_000;
  assert.equal(recall(stats), null);
});

test(
  'a folder with links is listed each time: where they lead may change without it',
  { skip: process.platform === 'win32' ? 'links need a privilege on Windows' : false },
  async () => {
    await using top = await scratch();
    const { memory } = setting();
    await mkdir(top.path('elsewhere'));
    await mkdir(top.path('logs'));
    await symlink(top.path('elsewhere', 'now'), top.path('logs', 'link'));
    const list = async () => names(await find({ path: top.path('logs') }, 100, memory));
    assert.deepEqual(await list(), []);
    await mkdir(top.path('elsewhere', 'now'));
    await writeFile(top.path('elsewhere', 'now', 'POP32026112010-1.LOG'), '');
    assert.deepEqual(await list(), ['POP32026112010-1.LOG']);
  },
);
