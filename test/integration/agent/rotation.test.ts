import assert from 'node:assert/strict';
import { copyFile, rename, rm, truncate } from 'node:fs/promises';
import { test } from 'node:test';
import { Following, header, row, rows, sessions, until } from './following.ts';

const first = 'POP32026112010-1.LOG';
const second = 'POP32026112011-1.LOG';

function sorted(names: readonly string[]): string[] {
  return names.toSorted();
}

test('a file that is renamed within the pattern while it is followed goes on where it was', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 10));
  await following.start();
  await following.scan();
  await following.append(first, rows(10, 10));
  await rename(following.path(first), following.path(second));
  await following.append(second, rows(20, 10));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 30));
  assert.equal(following.memory.files.size, 1);
  assert.ok(following.memory.file(second) !== undefined);
});

test('a file that is renamed out of the pattern is read to its end through its handle', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 10));
  await following.start();
  await following.scan();
  await following.append(first, rows(10, 10));
  await rename(following.path(first), following.path(`${first}.old`));
  await following.write(second, header);
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 20));
});

test('a file of which only the header was read is not taken for the next one at its path', async () => {
  await using following = await Following.create();
  await following.write(first, header);
  await following.start();
  await following.scan();
  await following.append(first, rows(0, 5));
  await rename(following.path(first), following.path(`${first}.old`));
  await following.write(first, header + rows(5, 5));
  await following.scan();
  assert.deepEqual(following.sessions.toSorted(), sessions(0, 10));
});

test('the unterminated row of a file that was renamed away is read when it is sure to be finished', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 2));
  await following.start();
  await following.scan();
  await following.append(first, row('s2').trimEnd());
  await rename(following.path(first), following.path(`${first}.old`));
  await following.write(second, header);
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 2));
  // One scan may have missed a file that was being renamed; two have not.
  await following.scan();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 3));
  assert.equal(following.agent?.status().openFiles, 1);
});

test('a file that is renamed while the agent is stopped goes on where it was', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 10));
  await following.start();
  await following.scan();
  await following.stop();
  await rename(following.path(first), following.path(second));
  await following.append(second, rows(10, 10));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 20));
});

test('a rotation while the agent is stopped loses nothing of either file', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 10));
  await following.start();
  await following.scan();
  await following.stop();
  await following.append(first, rows(10, 10));
  await following.write(second, header + rows(20, 10));
  await following.start();
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 30)));
});

test('several rotations between two scans lose nothing', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.append(first, rows(5, 5));
  for (const [hour, from] of [
    [11, 10],
    [12, 20],
    [13, 30],
  ] as const) {
    await following.write(`POP320261120${hour}-1.LOG`, header + rows(from, 10));
  }
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 40)));
});

test('rotation by renaming, in a chain, is followed file by file', async () => {
  await using following = await Following.create();
  const names = ['POP320261120-3.LOG', 'POP320261120-2.LOG', 'POP320261120-1.LOG'];
  await following.write('POP320261120-1.LOG', header + rows(0, 5));
  await following.start();
  await following.scan();
  for (let round = 1; round <= 4; round++) {
    await following.append('POP320261120-1.LOG', rows(round * 10, 3));
    await rm(following.path('POP320261120-3.LOG'), { force: true });
    await rename(following.path('POP320261120-2.LOG'), following.path('POP320261120-3.LOG')).catch(() => {});
    await rename(following.path('POP320261120-1.LOG'), following.path('POP320261120-2.LOG'));
    await following.write('POP320261120-1.LOG', header + rows(round * 10 + 3, 2));
    await following.scan();
  }
  const expected = [0, 10, 20, 30, 40].flatMap((from) => sessions(from, 5));
  assert.deepEqual(sorted(following.sessions), sorted(expected));
  assert.equal(names.filter((name) => following.memory.file(name) !== undefined).length, 3);
});

test('the last rows of the old file come after the new one has begun, and are read', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start({ logs: [{ path: following.top, watch: false, scanEveryMs: 5 }] });
  await following.scan();
  await following.write(second, header + rows(10, 5));
  await following.scan();
  await following.append(first, rows(5, 5));
  // Found by the ordinary scans, which look at what was the newest file until just now.
  await until(() => following.sessions.length === 15, 'the late rows were not read');
  await following.append(second, rows(15, 1));
  await until(() => following.sessions.length === 16, 'the rows of the new file were not read');
});

test('a copy that is cut in place loses what was not read, counted in bytes, and is read on from its start', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  const unread = rows(5, 2);
  await following.append(first, unread);
  following.delivery.hold();
  const scanning = following.scan();
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  await copyFile(following.path(first), following.path(`${first}.copy`));
  await truncate(following.path(first));
  following.delivery.release();
  await scanning;
  // What was read before it was cut is not lost.
  assert.deepEqual(following.sessions, sessions(0, 7));
  await following.append(first, rows(7, 3));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
  assert.deepEqual((await following.lane()).fileEpochs, { truncated: 1 });
  assert.equal(following.memory.file(first)?.epoch, 1);
});

test('a torn row that goes with a cut file is counted as lost', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.append(first, 'half a row');
  await following.scan();
  await truncate(following.path(first));
  await following.append(first, rows(5, 1));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 6));
  assert.equal((await following.lane()).bytesLost, 'half a row'.length);
});

test('a file that was cut and is longer than before has lost nothing of what was written since', async () => {
  for (const isRotated of [false, true]) {
    await using following = await Following.create();
    await following.write(first, header + rows(0, 2));
    if (isRotated) await following.write(second, header);
    await following.start();
    await following.scan();
    await truncate(following.path(first));
    await following.append(first, header + rows(2, 9));
    await following.scan();
    assert.deepEqual(sorted(following.sessions), sorted(sessions(0, 11)));
    assert.equal((await following.lane()).bytesLost, 0);
  }
});

test('a writer that keeps its place after a cut leaves a hole of NULs, which is passed over', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 20));
  await following.start();
  await following.scan();
  const size = Buffer.byteLength(header + rows(0, 20));
  await truncate(following.path(first), 0);
  await truncate(following.path(first), size);
  await following.append(first, rows(20, 5));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 25));
});

for (const [much, count] of [
  ['less than', 2],
  ['as much as', 5],
  ['more than', 9],
] as const) {
  test(`a file that is cut and then holds ${much} before is read from its start`, async () => {
    await using following = await Following.create();
    await following.write(first, header + rows(0, 5, 'a'));
    await following.start();
    await following.scan();
    await following.write(first, header + rows(0, count, 'b'));
    await following.scan();
    assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 5, 'a'), ...sessions(0, count, 'b')]));
  });
}

test('a file that is cut while the agent is stopped is read from its start', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5, 'a'));
  await following.start();
  await following.scan();
  await following.stop();
  await following.write(first, header + rows(0, 9, 'b'));
  await following.start();
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 5, 'a'), ...sessions(0, 9, 'b')]));
});

test('a file that is cut while the output is blocked loses only what was not handed over', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  following.delivery.hold();
  await following.append(first, rows(5, 5));
  const scanning = following.scan();
  await until(() => following.delivery.waiting > 0, 'nothing was handed over');
  await following.write(first, header + rows(10, 5));
  following.delivery.release();
  await scanning;
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 15));
});
