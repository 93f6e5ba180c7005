import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeenFiles, drivePath } from '../../../src/report/same-file.ts';

test('an administrative share of this host is its drive', () => {
  const drive = drivePath(String.raw`C:\Logs\Pop3\POP3.LOG`, 'ex01.contoso.test');
  for (const host of ['EX01', 'ex01.contoso.test', 'localhost', '127.0.0.1']) {
    assert.equal(drivePath(String.raw`\\${host}\c$\logs\pop3\POP3.LOG`, 'ex01.contoso.test'), drive);
  }
  assert.notEqual(drivePath(String.raw`\\EX02\c$\logs\pop3\POP3.LOG`, 'ex01.contoso.test'), drive);
  assert.notEqual(drivePath(String.raw`\\EX01\logs\pop3\POP3.LOG`, 'ex01.contoso.test'), drive);
});

test('a path that is none of Windows keeps its case', () => {
  assert.equal(drivePath('/Logs/POP3.LOG', 'EX01'), '/Logs/POP3.LOG');
});

test('an inode of 0 says nothing', () => {
  const seen = new SeenFiles('EX01');
  assert.deepEqual([seen.isNew('/a', 1n, 0n), seen.isNew('/b', 1n, 0n), seen.isNew('/a', 1n, 0n)], [true, true, false]);
});

test('inodes that collide as doubles are two files', () => {
  const seen = new SeenFiles('EX01');
  const big = 2n ** 63n;
  assert.deepEqual(
    [seen.isNew('/a', 1n, big), seen.isNew('/b', 1n, big + 1n), seen.isNew('/c', 1n, big)],
    [true, true, false],
  );
});
