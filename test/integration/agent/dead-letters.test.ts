/** Rows that cannot be read, from the log into the agent's letter box. */
import assert from 'node:assert/strict';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LetterBox } from '../../../src/delivery/dead-letters/letter-box.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { Following, header, row, sessions } from './following.ts';

const log = 'POP32026112010-1.LOG';
const torn = '2026-11-20T10:00:02.000Z,torn,0,10.0.0.1:995\r\n';
const timeless = row('timeless').replace('2026-11-20T10:00:01.204Z', 'yesterday');

interface Letter {
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
  readonly path: string;
  readonly text?: string;
}

/** Where there is a device that is always full. */
const onLinux = { skip: process.platform === 'linux' ? false : 'there is no /dev/full' };

function boxIn(following: Following): LetterBox {
  return new LetterBox({ stateDirectory: join(following.top, 'state'), agentName: 'agent', logger: silentLogger });
}

async function letters(following: Following): Promise<Letter[]> {
  const path = join(following.top, 'state', 'dead-letters', 'letters-000001.ndjson');
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Letter);
}

test('rows that cannot be read are put aside with their place and reason, and their neighbours count', async () => {
  await using following = await Following.create();
  await using deadLetters = boxIn(following);
  await following.write(log, header + row('s0') + torn + row('s1') + timeless + row('s2'));
  await following.start({ deadLetters });
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 3));
  const firstAt = header.length + row('s0').length;
  const secondAt = firstAt + torn.length + row('s1').length;
  assert.deepEqual(
    (await letters(following)).map(({ reason, offset, bytes, path, text }) => [reason, offset, bytes, path, text]),
    [
      ['too few columns', firstAt, torn.length - 2, following.path(log), torn.trimEnd()],
      ['unreadable time', secondAt, timeless.length - 2, following.path(log), timeless.trimEnd()],
    ],
  );
  const { rows, deadLetters: aside, deadLettersLost } = await following.lane();
  assert.deepEqual([rows.error, aside, deadLettersLost], [2, 2, 0]);
});

test('a row is put aside before the position moves past it, and once, however often it is read', async () => {
  await using following = await Following.create();
  await following.write(log, header + row('s0') + torn + row('s1'));
  {
    await using deadLetters = boxIn(following);
    await following.start({ deadLetters }, (delivery) => delivery.hold());
    const { promise, resolve } = Promise.withResolvers<void>();
    const looking = setInterval(() => void letters(following).then((found) => found.length > 0 && resolve()), 5);
    await promise;
    clearInterval(looking);
    assert.equal(following.memory.files.size, 0, 'nothing is durable yet');
    await following.kill();
  }
  await using deadLetters = boxIn(following);
  await following.start({ deadLetters }, (delivery) => (delivery.refuseNext = 2));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 2));
  assert.equal((await letters(following)).length, 1);
  assert.equal((await following.lane()).deadLetters, 1);
});

test('where users are not kept, only the place of a row is', async () => {
  await using following = await Following.create();
  await using deadLetters = boxIn(following);
  await following.write(log, header + torn);
  await following.start({ deadLetters, keepUnreadable: false });
  await following.scan();
  const [letter] = await letters(following);
  assert.deepEqual([letter?.offset, letter?.bytes, letter?.text], [header.length, torn.length - 2, undefined]);
});

test('a full disk holds nothing up, and what was not kept is counted', onLinux, async () => {
  await using following = await Following.create();
  await mkdir(join(following.top, 'state', 'dead-letters'), { recursive: true });
  await symlink('/dev/full', join(following.top, 'state', 'dead-letters', 'letters-000001.ndjson'));
  await using deadLetters = boxIn(following);
  await following.write(log, header + row('s0') + torn + row('s1'));
  await following.start({ deadLetters });
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 2));
  const { rows, deadLetters: aside, deadLettersLost } = await following.lane();
  assert.deepEqual([rows.error, aside, deadLettersLost], [1, 0, 1]);
});

test('of a slice that is full of them a bounded number is put aside, and all are counted', async () => {
  await using following = await Following.create();
  await using deadLetters = boxIn(following);
  await following.write(log, header + 'garbage\r\n'.repeat(3000) + row('s0'));
  await following.start({ deadLetters });
  await following.scan();
  const { rows, deadLetters: aside, deadLettersLost } = await following.lane();
  assert.deepEqual([rows.error, aside, deadLettersLost], [3000, 1000, 2000]);
  assert.equal((await letters(following)).length, 1000);
  assert.deepEqual(following.sessions, sessions(0, 1));
});
