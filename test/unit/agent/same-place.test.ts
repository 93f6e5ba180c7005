import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInside, placeKey } from '../../../src/agent/same-place.ts';

test('on Windows case does not matter, elsewhere it does', () => {
  assert.equal(placeKey('D:\\Logs\\Pop3', 'EX01', true), placeKey('d:\\logs\\POP3', 'EX01', true));
  assert.notEqual(placeKey('/Logs', 'EX01', false), placeKey('/logs', 'EX01', false));
});

test('an administrative share of this host is its drive', () => {
  const place = placeKey('D:\\Logs', 'ex01.contoso.test', true);
  for (const path of [
    '\\\\EX01\\D$\\Logs',
    '\\\\ex01.contoso.test\\d$\\logs',
    '\\\\localhost\\D$\\Logs',
    '\\\\?\\UNC\\EX01\\D$\\Logs',
  ]) {
    assert.equal(placeKey(path, 'ex01.contoso.test', true), place, path);
  }
  assert.notEqual(placeKey('\\\\EX02\\D$\\Logs', 'ex01.contoso.test', true), place);
  assert.equal(placeKey('\\\\EX01\\D$', 'EX01', true), 'd:');
});

test('a folder holds what is below it, not what begins with its name', () => {
  assert.ok(isInside('/logs/a', '/logs'));
  assert.ok(isInside('/logs/a', '/'));
  assert.ok(!isInside('/logs2/a', '/logs'));
  assert.ok(!isInside('/logs', '/logs'));
  assert.ok(isInside('d:\\logs\\a', 'd:\\logs'));
  assert.ok(isInside('d:\\logs', 'd:\\'));
});
