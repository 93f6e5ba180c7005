import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ReaderCaches } from '../../../src/exchange-log/reader-caches.ts';
import { userHashDigits, userPrivacy } from '../../../src/exchange-log/user-privacy.ts';
import { read, row } from './read.ts';

const rows =
  row({ user: 'SVC-Scan' }) +
  row({ user: String.raw`CONTOSO\HealthMailbox1a2b`, client: '10.1.2.4:1' }) +
  row({ user: 'svc-scan' });

function users(mode: 'keep' | 'hash' | 'drop'): unknown {
  const { events } = read(rows, { caches: new ReaderCaches(userPrivacy(mode)) });
  return events.map(({ users: names, hasUser }) => ({ names, hasUser }));
}

test('names are kept', () => {
  assert.deepEqual(users('keep'), [
    { names: ['SVC-Scan', 'svc-scan'], hasUser: true },
    { names: [], hasUser: false },
  ]);
});

test('names are hashed, every spelling to the same digits', () => {
  const digits = createHash('sha256').update('svc-scan').digest('hex').slice(0, userHashDigits);
  assert.deepEqual(users('hash'), [
    { names: [digits], hasUser: true },
    { names: [], hasUser: false },
  ]);
});

test('names are dropped, but not that there was one; a probe is known before', () => {
  assert.deepEqual(users('drop'), [
    { names: [], hasUser: true },
    { names: [], hasUser: false },
  ]);
});
