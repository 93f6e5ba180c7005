import assert from 'node:assert/strict';
import { type FileHandle, open, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { guardStart, hashOfRange, holds, nothingRead } from '../../../src/agent/fingerprint.ts';
import { bufferBytes, fingerprintAt, type Piece, readHead, readPiece } from '../../../src/agent/read.ts';
import { scratch, type Scratch } from './scratch.ts';

const nothingKnown = { size: 0, nulsUntil: 0 };

interface Log extends AsyncDisposable {
  readonly path: string;
  readonly handle: FileHandle;
}

async function log(top: Scratch, content: string | Buffer): Promise<Log> {
  const path = top.path('POP32026112010-1.LOG');
  await writeFile(path, content);
  const handle = await open(path, 'r');
  return { path, handle, [Symbol.asyncDispose]: () => handle.close() };
}

function at(content: string | Buffer, offset: number) {
  const bytes = Buffer.from(content);
  const from = guardStart(offset);
  return { offset, guard: hashOfRange(from, bytes.subarray(from, offset)) };
}

async function piece(file: Log, position: ReturnType<typeof at>, bytes = 4096, known = nothingKnown): Promise<Piece> {
  const result = await readPiece(file.handle, position, Buffer.alloc(position.guard.length + bytes), known);
  assert.ok(result !== 'changed');
  return { ...result, bytes: Buffer.from(result.bytes) };
}

test('what lies behind the position is read, and whether it is all there is', async () => {
  await using top = await scratch();
  await using file = await log(top, 'one\ntwo\nthree\n');
  assert.deepEqual(await piece(file, at('one\ntwo\n', 4)), {
    bytes: Buffer.from('two\nthree\n'),
    atEnd: true,
    seenTo: 14,
    nulsUntil: 0,
  });
  const part = await piece(file, at('one\ntwo\n', 4), 5);
  assert.equal(part.bytes.toString(), 'two\nt');
  assert.equal(part.atEnd, false);
});

test('other bytes before the position, or fewer, are noticed by the same read', async () => {
  await using top = await scratch();
  await using file = await log(top, 'ONE\ntwo\n');
  const buffer = Buffer.alloc(4096);
  assert.equal(await readPiece(file.handle, at('one\ntwo\n', 4), buffer, nothingKnown), 'changed');
  await truncate(file.path, 2);
  assert.equal(await readPiece(file.handle, at('ONE\ntwo\n', 4), buffer, nothingKnown), 'changed');
});

test('NULs at the end are not written yet, whether a read ends there or not', async () => {
  await using top = await scratch();
  await using file = await log(top, Buffer.concat([Buffer.from('one\ntw'), Buffer.alloc(10_000)]));
  const whole = await piece(file, at('', 0), 20_000);
  assert.equal(whole.bytes.toString(), 'one\ntw');
  assert.deepEqual([whole.atEnd, whole.seenTo, whole.nulsUntil], [true, 10_006, 10_006]);
  const part = await piece(file, at('', 0), 100);
  assert.equal(part.bytes.toString(), 'one\ntw');
  assert.equal(part.atEnd, false);
  const rest = await piece(file, at('one\n', 4), 100);
  assert.equal(rest.bytes.toString(), 'tw');
  assert.deepEqual([rest.atEnd, rest.nulsUntil], [true, 10_006]);
});

test('NULs with something behind them are handed to the reader of rows', async () => {
  await using top = await scratch();
  await using file = await log(top, Buffer.concat([Buffer.alloc(3_000_000), Buffer.from('one\n')]));
  const hole = await piece(file, at('', 0), 100);
  assert.equal(hole.bytes.length, 100);
  assert.equal(hole.atEnd, false);
  // Where an earlier look has seen nothing but NULs is not looked at again.
  const known = { size: 3_000_000, nulsUntil: 3_000_000 };
  assert.equal((await piece(file, at('', 0), 100, known)).atEnd, false);
});

test('a read that brings less than is known to be there is not the end', async () => {
  await using top = await scratch();
  await using file = await log(top, 'one\ntwo\n');
  // Asked for more than there is: a second read proves that there is no more.
  assert.equal((await piece(file, at('', 0), 4096, { size: 5000, nulsUntil: 0 })).atEnd, true);
});

test('prefix and guard follow the position, and hold as long as the bytes stay', async () => {
  await using top = await scratch();
  const content = Array.from({ length: 300 }, (_, index) => `row ${index}\n`).join('');
  await using file = await log(top, content);
  let position = { offset: 0, guard: nothingRead, prefix: nothingRead };
  let head: Buffer | null = Buffer.alloc(0);
  for (const end of [8, 900, 901, 1300, content.length]) {
    const buffer = Buffer.alloc(position.guard.length + 4096);
    await readPiece(file.handle, position, buffer, nothingKnown);
    const next: ReturnType<typeof fingerprintAt> = fingerprintAt(position, buffer, head, end);
    head = next.head;
    position = { offset: end, guard: next.guard, prefix: next.prefix };
    assert.equal(position.prefix.length, Math.min(1024, end));
    assert.equal(position.guard.length, Math.min(256, end));
    assert.ok(await holds(file.handle, position.prefix));
    assert.ok(await holds(file.handle, position.guard));
  }
  await writeFile(file.path, content.replace('row 3\n', 'ROW 3\n'));
  assert.ok(!(await holds(file.handle, position.prefix)));
  assert.ok(await holds(file.handle, position.guard));
});

test('the prefix of a file that is resumed grows on from what stands there', async () => {
  await using top = await scratch();
  await using file = await log(top, 'one\ntwo\nthree\n');
  const head = await readHead(file.handle, 8);
  assert.equal(head?.toString(), 'one\ntwo\n');
  const position = { ...at('one\ntwo\n', 8), prefix: hashOfRange(0, Buffer.from('one\ntwo\n')) };
  const buffer = Buffer.alloc(bufferBytes(100));
  await readPiece(file.handle, position, buffer, nothingKnown);
  const { prefix } = fingerprintAt(position, buffer, head, 14);
  assert.deepEqual(prefix, hashOfRange(0, Buffer.from('one\ntwo\nthree\n')));
});

test('without the first bytes at hand the prefix stays as it is', () => {
  const position = { ...at('one\ntwo\n', 8), prefix: hashOfRange(0, Buffer.from('one\n')) };
  assert.deepEqual(fingerprintAt(position, Buffer.alloc(100), null, 12).prefix, position.prefix);
});
