import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from '../../../src/runtime/nearest.ts';

test('a slip of the finger finds the word that was meant', () => {
  assert.equal(nearest('colector', ['agent', 'collector']), 'collector');
  assert.equal(nearest('brokres', ['brokers', 'group']), 'brokers');
  assert.equal(nearest('STATEDIRECTORY', ['stateDirectory']), 'stateDirectory');
});

test('a word that resembles nothing suggests nothing', () => {
  assert.equal(nearest('xyzzy', ['agent', 'collector']), null);
  assert.equal(nearest('a'.repeat(10_000), ['agent']), null);
  assert.equal(didYouMean('xyzzy', ['agent']), '');
});
