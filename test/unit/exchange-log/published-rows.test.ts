import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { read } from './read.ts';

const published = new URL('../../fixtures/exchange-log/published/', import.meta.url);

test('a real session is one event with its refusal', async () => {
  const result = read(await readFile(new URL('IMAP42023010913-1.LOG', published)), { protocol: 'imap4' });
  assert.deepEqual(result.rows, { event: 4, ignored: 0, invalid: 0 });
  assert.deepEqual(result.problems, []);
  assert.deepEqual(result.events, [
    {
      protocol: 'imap4',
      server: 'EX01',
      address: '192.168.3.212',
      clientPort: 22_162,
      endpoint: '192.168.3.212:993',
      session: '00000000000000E2',
      file: 'POP3.LOG',
      offset: 308,
      opened: 1,
      rows: 4,
      commands: 2,
      loginsSucceeded: 0,
      loginsFailed: 1,
      bytesReceived: 56,
      bytesSent: 219,
      first: Date.parse('2023-01-09T13:16:59.348Z'),
      last: Date.parse('2023-01-09T13:16:59.473Z'),
      users: ['<username>'],
      hasUser: true,
      failure: { at: Date.parse('2023-01-09T13:16:59.473Z'), reason: 'ProxyNotAuthenticated' },
    },
  ]);
});

test('a real row of a shared mailbox keeps the user as it was typed', async () => {
  const result = read(await readFile(new URL('IMAP42020093009-1.LOG', published)), { protocol: 'imap4' });
  const [event] = result.events;
  assert.deepEqual(event?.users, ['domaion\\user\\sharedmailbox']);
  assert.deepEqual(event?.failure, {
    at: Date.parse('2020-09-30T09:47:59.050Z'),
    reason: 'AuthFailed:LogonDenied',
  });
  assert.deepEqual([event?.opened, event?.rows, event?.commands, event?.loginsFailed], [0, 1, 1, 1]);
});
