import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionEvent, eventUsersMax } from '../../../src/event/connection-event.ts';
import { read, problemCounts, row, type RowParts, sightingsOf } from './read.ts';

/** The only event of these rows. */
function eventOf(...rows: RowParts[]): ConnectionEvent {
  const { events } = read(rows.map(row).join(''));
  assert.equal(events.length, 1);
  return events[0] as ConnectionEvent;
}

const login = (context: string, parts: RowParts = {}): RowParts => ({
  command: 'pass',
  parameters: '*****',
  context,
  ...parts,
});

test('sequence number 0 opens a connection, whatever its command', () => {
  assert.equal(eventOf({ sequence: 0, command: 'OpenSession' }, { sequence: 1 }).opened, 1);
  assert.equal(eventOf({ sequence: 0, command: 'stat' }).opened, 1);
  assert.equal(eventOf({ sequence: 1, command: 'OpenSession' }).opened, 0);
  assert.equal(eventOf({ sequence: '00', command: 'OpenSession' }).opened, 1);
});

test('sequence number 0 always begins an event of its own: session ids come again', () => {
  const { events } = read(
    row({ sequence: 0 }) + row({ sequence: 1 }) + row({ sequence: 0 }) + row({ sequence: 1, received: 7 }),
  );
  assert.deepEqual(
    events.map(({ rows, bytesReceived }) => [rows, bytesReceived]),
    [
      [2, 0],
      [2, 7],
    ],
  );
});

test('rows of two sessions that alternate are two events, in the order of their first rows', () => {
  const { events } = read(['A', 'B', 'A', 'B', 'A'].map((session) => row({ session })).join(''));
  assert.deepEqual(
    events.map(({ session, rows, offset }) => [session, rows, offset]),
    [
      ['A', 3, 0],
      ['B', 2, row({ session: 'A' }).length],
    ],
  );
});

test('one session id from another address or port is another connection', () => {
  const { events } = read(
    row() + row({ client: '10.1.2.3:51235' }) + row({ local: '10.0.0.1:110' }) + row({ client: '10.1.2.4:51234' }),
  );
  assert.equal(events.length, 4);
});

test('all rows but those of the server itself are commands', () => {
  const commands = ['OpenSession', 'capa', 'user', 'pass', 'proxy', 'stat', 'quit', 'CloseSession', ''];
  const event = eventOf(...commands.map((command) => ({ command })));
  assert.deepEqual([event.rows, event.commands], [9, 6]);
});

test('a lone OpenSession counts: the old copier whose TLS fails', () => {
  const event = eventOf({ sequence: 0, command: 'OpenSession', sent: 53 });
  assert.deepEqual([event.opened, event.rows, event.commands, event.bytesSent], [1, 1, 0, 53]);
});

test('bytes are summed over all rows, CloseSession too; a blank size is 0', () => {
  const event = eventOf(
    { received: 15, sent: 143 },
    { received: '', sent: '' },
    { command: 'CloseSession', received: 61, sent: 458 },
  );
  assert.deepEqual([event.bytesReceived, event.bytesSent], [76, 601]);
});

test('a size that cannot be read is 0 and a problem, and its row counts', () => {
  const result = read(
    row({ received: 'x', sent: '-1' }) + row({ received: '1234567890123456' }) + row({ received: 5 }),
  );
  assert.deepEqual(problemCounts(result), { 'unreadable size': 3 });
  assert.deepEqual([result.rows.event, result.events[0]?.bytesReceived], [3, 5]);
});

test('first and last are the smallest and largest row time', () => {
  const event = eventOf(
    { time: '2026-11-20T10:00:02.000Z' },
    { time: '2026-11-20T10:00:01.000Z' },
    { time: '2026-11-20T10:00:03.500Z' },
  );
  assert.deepEqual(
    [event.first, event.last],
    [Date.UTC(2026, 10, 20, 10, 0, 1), Date.UTC(2026, 10, 20, 10, 0, 3, 500)],
  );
});

test('addresses are canonical, and the dialled endpoint is kept', () => {
  const event = eventOf({ local: '[fe80::1%12]:993', client: '[::ffff:10.1.2.3]:51234' });
  assert.deepEqual([event.address, event.clientPort, event.endpoint], ['10.1.2.3', 51_234, '[fe80::1]:993']);
  assert.deepEqual([eventOf({ local: '' }).endpoint, eventOf({ client: '10.1.2.3' }).clientPort], [null, 0]);
});

test('a server address that cannot be read costs the endpoint, not the row', () => {
  const result = read(row({ local: 'ex01:995' }) + row({ local: 'ex01:995' }));
  assert.deepEqual([result.rows.event, result.events[0]?.endpoint], [2, null]);
  assert.deepEqual(problemCounts(result), { 'unreadable server address': 2 });
});

test('logins succeed when R begins with ok, in any case', () => {
  for (const command of ['login', 'authenticate', 'auth', 'pass', 'LOGIN']) {
    for (const context of ['R=ok', 'R=OK', 'R=Ok', '"R=""ok, proxied"";Msg=x"', 'Msg=Proxy:ex01:1993:SSL;R=ok']) {
      const event = eventOf({ command, parameters: 'PLAIN', context });
      assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [1, 0], `${command} ${context}`);
    }
  }
});

test('logins fail when R is anything else', () => {
  for (const context of ['"R=""-ERR Logon failure""', 'R=no', 'R=', 'R=o', '"R=""2 NO AUTHENTICATE failed.""']) {
    const event = eventOf(login(context));
    assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [0, 1], context);
  }
});

test('without R there is no verdict', () => {
  for (const context of ['', 'Msg=ok', 'ErrMsg=x', 'xR=ok']) {
    const event = eventOf(login(context));
    assert.deepEqual([event.loginsSucceeded, event.loginsFailed, event.failure], [0, 0, null], context);
  }
});

test('auth without parameters lists mechanisms and is no verdict', () => {
  for (const command of ['auth', 'authenticate']) {
    for (const parameters of ['', ' ']) {
      const event = eventOf(
        { command, parameters, context: 'R=ok' },
        { command, parameters, context: '"R=""-ERR no"""' },
      );
      assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [0, 0]);
    }
  }
});

test('a user row can fail and never succeed', () => {
  const event = eventOf(
    { command: 'user', context: 'R=ok' },
    { command: 'user', context: '"R=""-ERR Command is not valid in this state."""' },
  );
  assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [0, 1]);
});

test('other commands have no verdict', () => {
  const event = eventOf({ command: 'stat', context: '"R=""-ERR"""' }, { command: 'CloseSession', context: 'R=ok' });
  assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [0, 0]);
});

test('the last failure is the latest ErrMsg, else the text of R', () => {
  const at = (second: number): string => `2026-11-20T10:00:0${second}.000Z`;
  const ms = (second: number): number => Date.UTC(2026, 10, 20, 10, 0, second);
  const refused = login('"R=""-ERR Logon failure"";ErrMsg=AuthFailed:LogonDenied"', { time: at(2) });
  const plain = login('"R=""-ERR Logon failure, again"""', { time: at(1) });
  assert.deepEqual(eventOf(refused, plain).failure, { at: ms(2), reason: 'AuthFailed:LogonDenied' });
  assert.deepEqual(eventOf(plain).failure, { at: ms(1), reason: '-ERR Logon failure, again' });
  assert.deepEqual(eventOf(login('R=no;ErrMsg=', { time: at(1) })).failure, { at: ms(1), reason: 'no' });
});

test('of two failures at one time the reason that sorts last stays', () => {
  for (const reasons of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    assert.equal(eventOf(...reasons.map((reason) => login(`R=no;ErrMsg=${reason}`))).failure?.reason, 'b');
  }
});

test('users are kept as they were logged, each spelling once', () => {
  const event = eventOf(
    { user: '' },
    { user: 'svc-scan' },
    { user: 'SVC-Scan' },
    { user: 'svc-scan' },
    { user: '"a,""b"""' },
  );
  assert.deepEqual([event.users, event.hasUser], [['svc-scan', 'SVC-Scan', 'a,"b"'], true]);
});

test('a blank user is nobody', () => {
  const event = eventOf({ user: '' }, { user: ' ' });
  assert.deepEqual([event.users, event.hasUser], [[], false]);
});

test('health mailboxes are nobody, whatever stands before them', () => {
  for (const user of [
    'HealthMailbox1a2b',
    String.raw`CONTOSO\HealthMailbox1a2b`,
    'contoso/healthmailbox',
    '"HealthMailbox,x"',
  ]) {
    const event = eventOf({ user });
    assert.deepEqual([event.users, event.hasUser], [[], false], user);
  }
  assert.equal(eventOf({ user: 'MyHealthMailbox' }).hasUser, true);
});

test('a user is cut at 256 code points before it is compared', () => {
  const long = '\u{1f600}'.repeat(256);
  const event = eventOf({ user: long }, { user: `${long}a` }, { user: `${long}b` }, { user: `"${long},c"` });
  assert.deepEqual(event.users, [long]);
});

test('a reason is cut at 256 code points', () => {
  assert.equal(eventOf(login(`R=no;ErrMsg=${'x'.repeat(5000)}`)).failure?.reason, 'x'.repeat(256));
});

test('control characters and broken UTF-8 in a user are data', () => {
  assert.deepEqual(eventOf({ user: 'a\u0000b\u001b[31m\rc' }).users, ['a\u0000b\u001b[31m\rc']);
  const broken = Buffer.from(row({ user: 'a?b' }));
  broken[broken.indexOf('?')] = 0xff;
  assert.deepEqual(read(broken).events[0]?.users, ['a\ufffdb']);
});

test('an event is closed when it names as many users as it may, and nothing is lost', () => {
  const many = Array.from({ length: eventUsersMax * 2 + 1 }, (_, index) => ({ user: `user${index}`, sent: 1 }));
  const content = many.map(row).join('') + row({ user: 'user0', sent: 1 });
  const { events } = read(content);
  assert.deepEqual(
    events.map(({ users }) => users.length),
    [eventUsersMax, eventUsersMax, 2],
  );
  assert.deepEqual(
    events.map(({ clientPort }) => clientPort),
    [51_234, 51_234, 51_234],
  );
  const [sighting] = Object.values(sightingsOf(events)) as { users: string[]; rows: number; bytesSent: number }[];
  assert.deepEqual([sighting?.users.length, sighting?.rows, sighting?.bytesSent], [129, 130, 130]);
});

test('probes are rows of a local peer or of a health mailbox', () => {
  const probe = (parts: RowParts): number | null => read(row(parts)).lastProbeAt;
  const time = Date.UTC(2026, 10, 20, 10, 0, 1, 204);
  assert.deepEqual(
    [
      probe({}),
      probe({ client: '127.0.0.1:1' }),
      probe({ client: '[::1]:1' }),
      probe({ client: '10.0.0.1:1' }),
      probe({ user: 'HealthMailbox1' }),
    ],
    [null, time, time, time, time],
  );
});

test('a blank session is none', () => {
  assert.equal(eventOf({ session: '' }).session, null);
});

test('what is outside since and until is counted as read and makes no event', () => {
  const content = [1, 2, 3, 4]
    .map((second) =>
      row({ sequence: second - 1, time: `2026-11-20T10:00:0${second}.000Z`, client: `10.1.2.${second}:1` }),
    )
    .join('');
  const at = (second: number): number => Date.UTC(2026, 10, 20, 10, 0, second);
  const result = read(content, { since: at(2), until: at(4) });
  assert.deepEqual(
    result.events.map(({ address }) => address),
    ['10.1.2.2', '10.1.2.3'],
  );
  assert.deepEqual([result.rows.event, result.firstRowAt, result.lastRowAt], [4, at(1), at(4)]);
});
