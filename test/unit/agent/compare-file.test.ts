import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareFile } from '../../../src/agent/compare-file.ts';
import { guardStart, hashOfRange, prefixLength } from '../../../src/agent/fingerprint.ts';
import { fileRecord } from '../delivery/kafka/agent-events.ts';

test('a file is told apart that is as it was read, cut, another, gone, or cannot be read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-compare-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'POP32026112010-1.LOG');
  const bytes = Buffer.from('row after row\r\n'.repeat(200));
  const offset = 2900;
  const read = {
    ...fileRecord('lane', offset),
    path,
    prefix: hashOfRange(0, bytes.subarray(0, prefixLength(offset))),
    guard: hashOfRange(guardStart(offset), bytes.subarray(guardStart(offset), offset)),
  };
  writeFileSync(path, bytes);
  assert.deepEqual(await compareFile(read), { kind: 'same', size: bytes.length });
  writeFileSync(path, bytes.subarray(0, offset - 1));
  assert.deepEqual(await compareFile(read), { kind: 'shorter', size: offset - 1 });
  for (const changed of [10, offset - 10]) {
    const other = Buffer.from(bytes);
    other[changed] = 0x21;
    writeFileSync(path, other);
    assert.deepEqual(await compareFile(read), { kind: 'other' }, `byte ${changed}`);
  }
  rmSync(path);
  assert.deepEqual(await compareFile(read), { kind: 'gone' });
  const unreadable = await compareFile({ ...read, path: `${folder}\0` });
  assert.equal(unreadable.kind, 'unreadable');
});
