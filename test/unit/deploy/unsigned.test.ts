import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsigned } from '../../../deploy/executable/unsigned.ts';

const header = 0x80;
const table = header + 24 + 112 + 32;

/** No more of a Windows executable than where its signature stands. */
function executable(signature: string): Buffer {
  const image = Buffer.alloc(0x200, 1);
  image.writeUInt32LE(header, 0x3c);
  image.write('PE\0\0', header, 'latin1');
  image.writeUInt16LE(0x20b, header + 24);
  image.writeUInt32LE(signature === '' ? 0 : image.length, table);
  image.writeUInt32LE(signature.length, table + 4);
  return Buffer.concat([image, Buffer.from(signature)]);
}

test('a signature is taken off the end, and the header says that there is none', () => {
  const result = unsigned(executable('a signature'));
  assert.deepEqual(result, executable(''));
});

test('what has no signature stays as it is', () => {
  assert.deepEqual(unsigned(executable('')), executable(''));
});

test('what is no executable of Windows, or has its signature elsewhere, is refused', () => {
  assert.throws(() => unsigned(Buffer.from('\x7fELF'.padEnd(512, '\0'))), /no executable of Windows/);
  assert.throws(() => unsigned(Buffer.concat([executable('a signature'), Buffer.from('more')])), /at the end/);
});
