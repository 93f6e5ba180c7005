import assert from 'node:assert/strict';
import { copyFile, link, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Following, header, row, rows, sessions } from './following.ts';

const first = 'POP32026112010-1.LOG';
const second = 'POP32026112011-1.LOG';

function sorted(names: readonly string[]): string[] {
  return names.toSorted();
}

test('a file that is deleted and created again at the same path is read from its start', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5, 'a'));
  await following.start();
  await following.scan();
  await rm(following.path(first));
  await following.write(first, header + rows(0, 5, 'b'));
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 5, 'a'), ...sessions(0, 5, 'b')]));
});

test('a file that is given the inode of a deleted one is another file', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5, 'a'));
  await following.start();
  await following.scan();
  await following.stop();
  const { ino } = await stat(following.path(first));
  await rm(following.path(first));
  // The file system gives the number out again at once, or the test shows the plain case.
  await following.write(second, header + rows(0, 9, 'b'));
  const isReused = (await stat(following.path(second))).ino === ino;
  await following.start();
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 5, 'a'), ...sessions(0, 9, 'b')]), `${isReused}`);
});

test('the same inode with the same header and other bytes before the position is read from its start', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 50, 'a'));
  await following.start();
  await following.scan();
  await following.stop();
  // The first 1024 bytes stay as they are; what differs stands right before the position.
  await following.write(first, header + rows(0, 40, 'a') + rows(0, 20, 'b'));
  await following.start();
  await following.scan();
  const counts = following.memory.rowsBySession;
  assert.equal(counts.get('b0'), 1);
  assert.equal(counts.get('b19'), 1);
  assert.equal(counts.get('a0'), 2, 'the rows that were read before are read again: the file is not known any more');
});

test('many files with the same first bytes, created together, are as many files', async () => {
  await using following = await Following.create();
  const names = Array.from({ length: 20 }, (_, index) => `POP320261120-${index + 1}.LOG`);
  await Promise.all(names.map((name) => following.write(name, header)));
  await following.start();
  await following.scan();
  await Promise.all(names.map((name, index) => following.append(name, rows(index * 10, 3))));
  await following.scan();
  assert.equal(following.sessions.length, 60);
  assert.equal(following.memory.files.size, 20);
});

test('equal files that exist side by side are two files', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 3));
  await copyFile(following.path(first), following.path(second));
  await following.start();
  await following.scan();
  assert.deepEqual([...following.memory.rowsBySession.values()], [2, 2, 2]);
});

test('a new file with the header of a vanished one is read whole', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5, 'a'));
  await following.write('POP32026112009-1.LOG', header);
  await following.start();
  await following.scan();
  await rm(following.path('POP32026112009-1.LOG'));
  await following.write(second, header + rows(0, 5, 'b'));
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 5, 'a'), ...sessions(0, 5, 'b')]));
});

test('a file that begins as a deleted one did, whose last row was torn, is read whole', async () => {
  await using following = await Following.create();
  await following.write(first, header + row('s0').slice(0, 16));
  await following.start();
  await following.scan();
  await rm(following.path(first));
  for (let scan = 0; scan < 4; scan++) await following.scan();
  assert.equal((await following.lane()).rows.error, 1, 'the torn row was read when its file was finished');
  await following.write(first, header + row('s0') + row('s1'));
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('files of one byte, of half a header and of a header alone lose nothing when they grow', async () => {
  await using following = await Following.create();
  await following.write('POP320261120-1.LOG', header.slice(0, 1));
  await following.write('POP320261120-2.LOG', header.slice(0, 100));
  await following.write('POP320261120-3.LOG', header);
  await following.write('POP320261120-4.LOG', '');
  await following.start();
  await following.scan();
  await following.stop();
  await following.append('POP320261120-1.LOG', header.slice(1) + rows(0, 2));
  await following.append('POP320261120-2.LOG', header.slice(100) + rows(2, 2));
  await following.append('POP320261120-3.LOG', rows(4, 2));
  await following.start();
  await following.scan();
  await following.append('POP320261120-4.LOG', header + rows(6, 2));
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 8)));
});

test('one file reached through a folder, a link and a hard link is counted once', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await link(following.path(first), following.path('POP32026112012-1.LOG'));
  await symlink(following.path(first), following.path('POP32026112013-1.LOG'));
  await symlink(following.folder, join(following.top, 'again'));
  await following.start();
  await following.scan();
  await following.append(first, rows(5, 5));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
});

test('one file reached by two PATHs is counted once, and the first PATH names its server', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  const both = [
    { path: following.folder, server: 'EX07', watch: false, scanEveryMs: 5 },
    { path: following.top, server: 'EX08', watch: false, scanEveryMs: 5 },
  ];
  await following.start({ logs: both });
  await following.scan();
  await following.append(first, rows(5, 5));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
  assert.deepEqual([...new Set(following.memory.events.map(({ server }) => server))], ['EX07']);
});

test('a file that moves to another folder below PATH is read on, not again', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await mkdir(join(following.folder, 'archive'));
  await rename(following.path(first), join(following.folder, 'archive', first));
  await following.write(second, header + rows(5, 5));
  // It is taken over where it is found as soon as nothing holds it where it was.
  for (let scan = 0; scan < 4; scan++) await following.scan();
  await following.append(join('archive', first), rows(10, 5));
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 15)));
});

test('a path that is given another server name is read for that server', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.stop();
  await following.start({ logs: [{ path: following.top, server: 'EX09', watch: false, scanEveryMs: 3_600_000 }] });
  await following.scan();
  const servers = following.memory.events.map(({ server }) => server);
  assert.deepEqual(servers, [...Array.from({ length: 5 }, () => 'EX01'), ...Array.from({ length: 5 }, () => 'EX09')]);
});

test('a PATH that is spelled anew, higher or lower, does not read anything again', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.stop();
  await following.append(first, rows(5, 5));
  await following.start({ logs: [{ path: following.folder, watch: false, scanEveryMs: 3_600_000 }] });
  await following.scan();
  await following.stop();
  await following.append(first, rows(10, 5));
  await following.start({ logs: [{ path: following.path(first), watch: false, scanEveryMs: 3_600_000 }] });
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 15));
});

test('a copy put back in the place of the file is the same rows: a restored or newly mounted share is not read again', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.stop();
  await copyFile(following.path(first), following.path('copy'));
  await rm(following.path(first));
  await rename(following.path('copy'), following.path(first));
  await following.append(first, rows(5, 5));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
});

test('a rename that changes case alone, a long path and letters of other scripts are no trouble', async () => {
  await using following = await Following.create();
  const deep = join(following.folder, 'é'.repeat(60), 'ж'.repeat(60), '漢'.repeat(60));
  await mkdir(deep, { recursive: true });
  await writeFile(join(deep, first), header + rows(0, 5));
  await following.start();
  await following.scan();
  await rename(join(deep, first), join(deep, first.toLowerCase()));
  await writeFile(join(deep, second), header + row('s5'));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 6));
});
