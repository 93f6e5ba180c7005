import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type DeadLetter, letterKey } from '../../../../src/delivery/dead-letters/dead-letter.ts';
import { LetterBox, type LetterBoxOptions } from '../../../../src/delivery/dead-letters/letter-box.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';

/** Where there is a device that is always full. */
const onLinux = { skip: process.platform === 'linux' ? false : 'there is no /dev/full' };

async function stateFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-letters-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function boxIn(stateDirectory: string, more: Partial<LetterBoxOptions> = {}): LetterBox {
  return new LetterBox({ stateDirectory, agentName: 'agent', logger: silentLogger, ...more });
}

function letter(offset: number, content: Buffer | null = Buffer.from(`row ${offset}`)): DeadLetter {
  return {
    key: letterKey('/logs/a.LOG', offset),
    kind: 'row',
    at: Date.UTC(2026, 10, 20),
    reason: 'too few columns',
    server: 'EX01',
    protocol: 'pop3',
    lane: 'lane',
    path: '/logs/a.LOG',
    offset,
    bytes: content?.length ?? 7,
    content,
  };
}

async function linesIn(box: LetterBox): Promise<Record<string, unknown>[]> {
  const names = (await readdir(box.directory)).filter((name) => name.endsWith('.ndjson')).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(box.directory, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('letters are lines of a file that only its owner can read', async (t) => {
  await using box = boxIn(await stateFolder(t));
  assert.equal(await box.keep([letter(0), letter(10)]), 2);
  const lines = await linesIn(box);
  assert.deepEqual(
    lines.map(({ offset, text, reason, path, agent }) => [offset, text, reason, path, agent]),
    [
      [0, 'row 0', 'too few columns', '/logs/a.LOG', 'agent'],
      [10, 'row 10', 'too few columns', '/logs/a.LOG', 'agent'],
    ],
  );
  if (process.platform === 'win32') return;
  assert.equal((await stat(join(box.directory, 'letters-000001.ndjson'))).mode & 0o777, 0o600);
  assert.equal((await stat(box.directory)).mode & 0o777, 0o700);
});

test('what is kept again, at once or after a restart, is in the box once', async (t) => {
  const directory = await stateFolder(t);
  {
    await using box = boxIn(directory);
    await Promise.all([box.keep([letter(0), letter(0)]), box.keep([letter(0), letter(1)])]);
  }
  await using box = boxIn(directory);
  assert.equal(await box.keep([letter(0), letter(1), letter(2)]), 3);
  assert.deepEqual(
    (await linesIn(box)).map(({ offset }) => offset),
    [0, 1, 2],
  );
});

test('a line that a crash left half-written is cut off, and what stood in it is kept anew', async (t) => {
  const directory = await stateFolder(t);
  {
    await using box = boxIn(directory);
    await box.keep([letter(0)]);
  }
  const path = join(directory, 'dead-letters', 'letters-000001.ndjson');
  const whole = await readFile(path, 'utf8');
  await appendFile(path, whole.replace('"offset":0', '"offset":1').slice(0, 40));
  await using box = boxIn(directory);
  assert.equal(await box.keep([letter(1)]), 1);
  assert.deepEqual(
    (await linesIn(box)).map(({ offset }) => offset),
    [0, 1],
  );
});

test('a box is bounded: the oldest file goes, and reading goes on at the oldest that is left', async (t) => {
  await using box = boxIn(await stateFolder(t), { limits: { fileBytesMax: 1000, filesMax: 3 } });
  for (let offset = 0; offset < 100; offset++) await box.keep([letter(offset)]);
  const names = (await readdir(box.directory)).toSorted();
  assert.equal(names.length, 3);
  assert.ok(!names.includes('letters-000001.ndjson'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(box.directory, name))).size));
  assert.ok(Math.max(...sizes) < 1500, sizes.join());
  assert.equal(box.hasLost({ file: 1, offset: 0 }), true);
  const read: unknown[] = [];
  let place = { file: 1, offset: 0 };
  for (let piece = await box.read(place); piece !== null; piece = await box.read(place)) {
    read.push(...piece.lines.map((line) => (JSON.parse(line) as { offset: number }).offset));
    place = piece.next;
  }
  const kept = (await linesIn(box)).map(({ offset }) => offset);
  assert.deepEqual(read, kept);
  assert.equal(kept.at(-1), 99);
});

test('a full disk is said once and costs nothing but the letters, and what comes later is kept', onLinux, async (t) => {
  const directory = await stateFolder(t);
  const said: string[] = [];
  const logger = { ...silentLogger, error: (_: unknown, text: string) => said.push(text) };
  await mkdir(join(directory, 'dead-letters'));
  const path = join(directory, 'dead-letters', 'letters-000001.ndjson');
  await symlink('/dev/full', path);
  await using box = boxIn(directory, { logger: logger as unknown as LetterBoxOptions['logger'] });
  assert.deepEqual([await box.keep([letter(0)]), await box.keep([letter(1), letter(2)])], [0, 0]);
  assert.equal(said.length, 1);
  await rm(path);
  await writeFile(path, '');
  assert.equal(await box.keep([letter(2)]), 1);
  assert.deepEqual(
    (await linesIn(box)).map(({ offset }) => offset),
    [2],
  );
});

test('content is cut between characters, shown as bytes where it is no text, harmless, or withheld', async (t) => {
  await using box = boxIn(await stateFolder(t));
  const long = Buffer.from('ä'.repeat(2000));
  const odd = Buffer.from([0x61, 0xff, 0x00]);
  const evil = Buffer.from('\u001b]0;owned\u0007 \u009b31m \u202e');
  await box.keep([letter(0, long), letter(1, odd), letter(2, evil), letter(3, null)]);
  const [first, second, third, fourth] = await linesIn(box);
  assert.deepEqual([first?.['text'], first?.['cut'], first?.['bytes']], ['ä'.repeat(512), true, 4000]);
  assert.equal(second?.['base64'], odd.toString('base64'));
  assert.equal(third?.['text'], evil.toString());
  assert.deepEqual([fourth?.['text'], fourth?.['base64'], fourth?.['bytes']], [undefined, undefined, 7]);
  const raw = await readFile(join(box.directory, 'letters-000001.ndjson'), 'utf8');
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  assert.doesNotMatch(raw.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
});
