import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hintsOf } from '../../../src/sighting/hints.ts';

const nothing = { protocol: 'pop3', connections: 0, commands: 0, loginsSucceeded: 0, loginsFailed: 0 } as const;

test('a client that only opens connections is said to', () => {
  assert.deepEqual(hintsOf({ ...nothing, connections: 3 }), ['opens only']);
});

test('a client that sends commands but never tries to log in is said to', () => {
  assert.deepEqual(hintsOf({ ...nothing, connections: 3, commands: 3 }), ['never logged in']);
});

test('a client whose logins all fail is said to', () => {
  assert.deepEqual(hintsOf({ ...nothing, connections: 3, commands: 6, loginsFailed: 2 }), ['logins fail']);
});

test('a client that logs in has no hint, even if some logins fail', () => {
  assert.deepEqual(hintsOf({ ...nothing, connections: 3, commands: 6, loginsFailed: 2, loginsSucceeded: 1 }), []);
});

test('hints come in their order when several hold', () => {
  assert.deepEqual(hintsOf({ ...nothing, connections: 1, loginsFailed: 1 }), ['opens only', 'logins fail']);
});

test('SMTP has no hints', () => {
  assert.deepEqual(hintsOf({ ...nothing, protocol: 'smtp', connections: 3 }), []);
});
