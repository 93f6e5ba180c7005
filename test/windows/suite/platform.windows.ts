import assert from 'node:assert/strict';
import { test } from 'node:test';

test('this is Node for Windows', () => {
  assert.equal(process.platform, 'win32');
  console.log(process.version, process.cwd());
});
