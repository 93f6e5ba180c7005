import assert from 'node:assert/strict';
import { chmod, link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import { find, isComplete, isWanted } from '../../../src/agent/find.ts';
import { asOrdinaryUser } from './ordinary-user.ts';
import { scratch } from './scratch.ts';

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) await writeFile(path, '');
}

/** Links need a privilege on Windows, and Wine only pretends to make them; chmod closes no folder there. */
const posixOnly = { skip: process.platform === 'win32' ? 'Windows has neither these links nor these rights' : false };

function names(listing: Awaited<ReturnType<typeof find>>): string[] {
  return listing.files.map(({ path }) => basename(path)).toSorted();
}

test('log files are found by name at any depth, back ends and others are not followed', async () => {
  await using top = await scratch();
  await mkdir(top.path('EX01', 'Logging', 'Pop3'), { recursive: true });
  await mkdir(top.path('EX01', 'Logging', 'Imap4'));
  await put(
    top.path('EX01', 'Logging', 'Pop3', 'POP32026112010-1.LOG'),
    top.path('EX01', 'Logging', 'Pop3', 'pop3201602-2.log'),
    top.path('EX01', 'Logging', 'Pop3', 'POP3BE2026112010-1.LOG'),
    top.path('EX01', 'Logging', 'Imap4', 'IMAP4201602W2-1.LOG'),
    top.path('EX01', 'Logging', 'Imap4', 'readme.txt'),
    top.path('POP32026112011-1.LOG'),
  );
  const listing = await find({ path: top.folder }, 100);
  assert.deepEqual(names(listing), [
    'IMAP4201602W2-1.LOG',
    'POP32026112010-1.LOG',
    'POP32026112011-1.LOG',
    'pop3201602-2.log',
  ]);
  assert.equal(listing.ignoredFiles, 1);
  assert.equal(listing.root, top.folder);
  assert.equal(listing.folders.length, 5);
  assert.ok(isComplete(listing));
});

test('a protocol that is not wanted is counted and not followed', async () => {
  await using top = await scratch();
  await put(top.path('POP32026112010-1.LOG'), top.path('IMAP42026112010-1.LOG'));
  const listing = await find({ path: top.folder, protocols: ['imap4'] }, 100);
  assert.deepEqual(names(listing), ['IMAP42026112010-1.LOG']);
  assert.equal(listing.ignoredFiles, 1);
});

test('a prefix of its own names the files of the one protocol that goes with it', async () => {
  await using top = await scratch();
  await put(top.path('Mail2026112010-1.LOG'), top.path('MailBE2026112010-1.LOG'));
  const followed = { path: top.folder, prefix: 'Mail', protocols: ['pop3'] as const };
  const listing = await find(followed, 100);
  assert.deepEqual(names(listing), ['Mail2026112010-1.LOG']);
  assert.equal(listing.files[0]?.name.protocol, 'pop3');
  assert.ok(isWanted('Mail2026112010-1.LOG', followed));
  assert.ok(!isWanted('MailBE2026112010-1.LOG', followed));
});

test('a PATH that is a file is that file alone', async () => {
  await using top = await scratch();
  await put(top.path('POP32026112010-1.LOG'), top.path('POP32026112011-1.LOG'));
  const listing = await find({ path: top.path('POP32026112010-1.LOG') }, 100);
  assert.deepEqual(names(listing), ['POP32026112010-1.LOG']);
  assert.equal(listing.root, top.folder);
});

test('links are followed, circles end, and a file that two links lead to is one', posixOnly, async () => {
  await using top = await scratch();
  await mkdir(top.path('real'));
  await put(top.path('real', 'POP32026112010-1.LOG'));
  await symlink(top.path('real'), top.path('linked'));
  await symlink(top.folder, top.path('real', 'circle'));
  await symlink(top.path('real', 'POP32026112010-1.LOG'), top.path('POP32026112011-1.LOG'));
  await symlink(top.path('nowhere'), top.path('dangling'));
  const listing = await find({ path: top.folder }, 100);
  assert.deepEqual(
    listing.files.map(({ path }) => path),
    [top.path('real', 'POP32026112010-1.LOG')],
  );
  assert.ok(isComplete(listing));
});

test('the folder as it was reached is kept beside the real path: it names the server', posixOnly, async () => {
  await using top = await scratch();
  await mkdir(top.path('mnt', 'a'), { recursive: true });
  await mkdir(top.path('logs'));
  await put(top.path('mnt', 'a', 'POP32026112010-1.LOG'));
  await symlink(top.path('mnt', 'a'), top.path('logs', 'EX01'));
  const listing = await find({ path: top.path('logs') }, 100);
  assert.equal(listing.files[0]?.folder, top.path('logs', 'EX01'));
  assert.equal(listing.files[0]?.path, top.path('mnt', 'a', 'POP32026112010-1.LOG'));
});

test('a hard link is found under both names: which file it is, opening it tells', async () => {
  await using top = await scratch();
  await put(top.path('POP32026112010-1.LOG'));
  await link(top.path('POP32026112010-1.LOG'), top.path('POP32026112011-1.LOG'));
  assert.equal((await find({ path: top.folder }, 100)).files.length, 2);
});

test('a PATH that is not there is named, and nothing is concluded from it', async () => {
  await using top = await scratch();
  const listing = await find({ path: top.path('away') }, 100);
  assert.equal(listing.root, null);
  assert.ok(!isComplete(listing));
  assert.deepEqual(
    listing.errors.map(({ path, code }) => [path, code]),
    [[top.path('away'), 'ENOENT']],
  );
});

test(
  'a folder that cannot be listed makes the listing incomplete, and the rest is still found',
  posixOnly,
  async () => {
    await using top = await scratch();
    await mkdir(top.path('closed'));
    await put(top.path('closed', 'POP32026112009-1.LOG'), top.path('POP32026112010-1.LOG'));
    await chmod(top.folder, 0o755);
    await chmod(top.path('closed'), 0o000);
    await asOrdinaryUser(async () => {
      const listing = await find({ path: top.folder }, 100);
      assert.deepEqual(names(listing), ['POP32026112010-1.LOG']);
      assert.ok(!isComplete(listing));
      assert.equal(listing.errors[0]?.path, top.path('closed'));
      assert.match(listing.errors[0]?.code ?? '', /EACCES|EPERM/);
    });
  },
);

test('more files than the limit are an error, not a silence', async () => {
  await using top = await scratch();
  await put(top.path('POP32026112010-1.LOG'), top.path('POP32026112011-1.LOG'), top.path('POP32026112012-1.LOG'));
  const listing = await find({ path: top.folder }, 2);
  assert.ok(!isComplete(listing));
  assert.match(listing.errors[0]?.message ?? '', /more than 2 log files/);
});

test('a folder that goes between being seen and being listed leaves the listing incomplete', async () => {
  await using top = await scratch();
  await mkdir(top.path('folder'));
  await symlink(top.path('folder'), top.path('link'));
  await rm(top.path('folder'), { recursive: true });
  // A link that dangles hides no file, so it is no error; a PATH that dangles is one.
  assert.ok(isComplete(await find({ path: top.folder }, 100)));
  assert.ok(!isComplete(await find({ path: top.path('link') }, 100)));
});
