import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { ReaderCaches } from '../../../src/exchange-log/reader-caches.ts';
import { emptySighting, applyEvent } from '../../../src/sighting/sighting.ts';
import { describeSighting } from '../../../src/sighting/described.ts';
import { problemCounts } from './read.ts';
import { type ReceiveParts, readReceive, receiveHeader, receiveRow } from './smtp.ts';

const published = new URL('../../fixtures/exchange-log/published/', import.meta.url);

/** The one event of these rows. */
function eventOf(...rows: readonly ReceiveParts[]): ConnectionEvent {
  const { events, problems } = readReceive(rows.map(receiveRow).join(''));
  assert.deepEqual(problems, []);
  assert.equal(events.length, 1);
  return events[0] as ConnectionEvent;
}

const reply = (data: string): ReceiveParts => ({ event: '>', data });
const command = (data: string): ReceiveParts => ({ event: '<', data });
const note = (context: string, data = ''): ReceiveParts => ({ event: '*', data, context });

function loginsOf(...rows: readonly ReceiveParts[]): readonly [succeeded: number, failed: number] {
  const { loginsSucceeded, loginsFailed } = eventOf(...rows);
  return [loginsSucceeded, loginsFailed];
}

test('published: a greeting and the remark on a refused login', async () => {
  const result = readReceive(await readFile(new URL('RECV2023011115-1.LOG', published)));
  assert.deepEqual(result.rows, { event: 2, ignored: 0, invalid: 0 });
  assert.deepEqual(result.problems, []);
  assert.deepEqual(result.events, [
    {
      protocol: 'smtp',
      server: 'SERVER',
      address: '95.10.20.33',
      clientPort: 56_026,
      endpoint: '10.10.10.10:25',
      session: '123453EC62278461',
      file: 'RECV.LOG',
      offset: 0,
      opened: 0,
      rows: 2,
      commands: 0,
      loginsSucceeded: 0,
      loginsFailed: 0,
      bytesReceived: 0,
      bytesSent: 0,
      first: Date.parse('2023-01-11T15:59:51.433Z'),
      last: Date.parse('2023-01-11T16:00:10.644Z'),
      users: [],
      hasUser: false,
      failure: null,
      smtp: {
        messages: 0,
        tracked: 0,
        helo: [],
        tls: null,
        senders: [],
        connectors: ['Default Frontend SERVER'],
        notice: {
          at: Date.parse('2023-01-11T16:00:10.644Z'),
          reason: 'Inbound AUTH LOGIN failed because of LogonDenied',
        },
      },
    },
  ]);
});

test('published: event + opens a connection, whatever the session and sequence are', async () => {
  const result = readReceive(await readFile(new URL('RECV2019012500-1.LOG', published)));
  const [event] = result.events;
  assert.deepEqual(
    [event?.server, event?.address, event?.opened, event?.rows, event?.commands, event?.smtp?.connectors],
    ['TAIL-EXCH-1', '185.234.217.220', 1, 1, 0, ['Internet Mail']],
  );
});

test('a login is its 235, and the user is the data of the row that says authenticated', () => {
  const event = eventOf(note('authenticated', 'CONTOSO\\svc-scan'), reply('235 2.7.0 Authentication successful'));
  assert.deepEqual([event.loginsSucceeded, event.loginsFailed], [1, 0]);
  assert.deepEqual([event.users, event.hasUser], [['CONTOSO\\svc-scan'], true]);
});

test('on 587 the session is proxied, and the 235 says that the login succeeded', () => {
  const proxied = 'Proxy session was successfully set up. Session forCONTOSO\\svc-scan will now be proxied';
  const event = eventOf(note(proxied), reply('235 2.7.0 Authentication successful'));
  assert.deepEqual([event.loginsSucceeded, event.users, event.smtp?.notice], [1, [], null]);
});

test('a 235 that answers another Exchange server is no login', () => {
  assert.deepEqual(loginsOf(reply('235 <authentication response>')), [0, 0]);
});

test('a login that fails is its 535 or 504 5.7.4, not the rows around it', () => {
  assert.deepEqual(
    loginsOf(
      note('Inbound AUTH LOGIN failed because of LogonDenied'),
      note('User Name: svc-scan'),
      note("Tarpit for '0.00:00:05' due to '535 5.7.3 Authentication unsuccessful'"),
      reply('535 5.7.3 Authentication unsuccessful'),
    ),
    [0, 1],
  );
  assert.deepEqual(loginsOf(reply('535 5.7.3 Unable to proxy authenticated session')), [0, 1]);
  assert.deepEqual(loginsOf(reply('504 5.7.4 Unrecognized authentication type')), [0, 1]);
  assert.deepEqual(loginsOf(reply('504 5.5.4 other'), reply('5350 none'), reply('2350 none')), [0, 0]);
});

test('334 is a challenge, and what a client says is never a reply', () => {
  assert.deepEqual(loginsOf(reply('334 <authentication response>'), command('235 x'), command('535 x')), [0, 0]);
});

test("the server's remark comes before the refusing reply, whichever is later", () => {
  const shown = (...rows: readonly ReceiveParts[]): string | undefined => {
    const event = eventOf(...rows);
    const sighting = emptySighting('smtp', event.server, event.address, 'bounded');
    applyEvent(sighting, event);
    return describeSighting(sighting, { status: 'unknown', label: null, owner: null }).lastFailure?.reason;
  };
  const remark = note('Inbound AUTH LOGIN failed because of LogonDenied');
  const refused = reply('535 5.7.3 Authentication unsuccessful');
  const later = '2026-11-20T10:00:09.000Z';
  assert.equal(shown(refused), '535 5.7.3 Authentication unsuccessful');
  assert.equal(shown(remark, { ...refused, time: later }), 'Inbound AUTH LOGIN failed because of LogonDenied');
  const noMailbox = 'Inbound authentication succeeded, but X has no mailbox database.';
  assert.equal(shown(remark, refused, note(`"${noMailbox}"`)), noMailbox);
});

test('a remark that is none of these, and a tarpit of accepted mail, are no failure', () => {
  const event = eventOf(
    note("Tarpit for '0.00:00:00.123' due to 'DelayedAck',Delivered".replaceAll(',', ';')),
    note('User Name: svc-scan'),
    note('Set Session Permissions'),
  );
  assert.deepEqual([event.failure, event.smtp?.notice, event.loginsFailed], [null, null, 0]);
});

test('EHLO comes twice with STARTTLS: one name; HELO names the device too', () => {
  const event = eventOf(
    command('EHLO SCANNER-2'),
    command('STARTTLS'),
    command('ehlo SCANNER-2'),
    command('HELO printer'),
  );
  assert.deepEqual(event.smtp?.helo, ['SCANNER-2', 'printer']);
  assert.equal(event.commands, 4);
});

test('TLS is the highest version negotiated; STARTTLS without it negotiated none', () => {
  const negotiated = (version: string): ReceiveParts =>
    note(`"TLS protocol SP_PROT_${version}_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256"`);
  assert.equal(eventOf(negotiated('TLS1_2')).smtp?.tls, 'TLS 1.2');
  assert.equal(eventOf(negotiated('TLS1_2'), negotiated('TLS1'), negotiated('SSL3')).smtp?.tls, 'TLS 1.2');
  assert.equal(eventOf(negotiated('TLS1_0'), negotiated('SSL3')).smtp?.tls, 'TLS 1.0');
  assert.equal(eventOf(negotiated('TLS1_3')).smtp?.tls, 'TLS 1.3');
  assert.equal(eventOf(command('STARTTLS')).smtp?.tls, null);
});

test('mail accepted is 250 2.6.0 with its id; other 250 are not mail', () => {
  const event = eventOf(
    reply('"250 2.6.0 <1@contoso.test> [InternalId=1, Hostname=EX07] Queued mail for delivery"'),
    reply('250 2.0.0 Resetting'),
    reply('250 2.1.0 Sender OK'),
    reply('250 2.1.5 Recipient OK'),
  );
  assert.equal(event.smtp?.messages, 1);
});

test('senders are what MAIL FROM names; a bounce has none', () => {
  const event = eventOf(
    command('MAIL FROM:<scan@contoso.test> SIZE=1024'),
    command('mail from: <Scan@contoso.test>'),
    command('MAIL FROM:bare@contoso.test'),
    command('MAIL FROM:<>'),
  );
  assert.deepEqual(event.smtp?.senders, ['scan@contoso.test', 'Scan@contoso.test', 'bare@contoso.test']);
});

for (const verb of ['XPROXY', 'XPROXYFROM']) {
  test(`an ${verb} row counts for the client that a front end passes on: one row, no connection`, () => {
    const { events, rows, servers } = readReceive(
      receiveRow({ event: '+', remote: '10.0.0.6:40000' }) +
        receiveRow({
          remote: '10.0.0.6:40000',
          data: `${verb} SID=08D1 IP=10.1.1.70 PORT=50100 DOMAIN=scanner CAPABILITIES=0`,
        }) +
        receiveRow({ remote: '10.0.0.6:40000', data: 'EHLO ex06' }),
    );
    assert.deepEqual(rows, { event: 3, ignored: 0, invalid: 0 });
    assert.deepEqual(
      events.map(({ address, clientPort, endpoint, opened, rows: counted, commands }) => [
        address,
        clientPort,
        endpoint,
        opened,
        counted,
        commands,
      ]),
      [
        ['10.0.0.6', 40_000, '10.0.0.7:25', 1, 2, 1],
        ['10.1.1.70', 50_100, null, 0, 1, 1],
      ],
    );
    assert.deepEqual(
      servers.map(({ server, rows: counted, endpoints }) => [server, counted, [...endpoints]]),
      [['EX07', 3, ['10.0.0.7:25']]],
    );
  });
}

test('XPROXY is a row of the peer without an IP=, and invalid where that is none', () => {
  assert.equal(eventOf(command('XPROXY SID=1')).address, '10.1.2.3');
  assert.equal(eventOf(reply('250-XPROXY IP=10.9.9.9')).address, '10.1.2.3');
  assert.equal(eventOf(command('XPROXY SID=1 IP=2001:DB8::7 PORT=70000')).address, '2001:db8::7');
  const result = readReceive(receiveRow(command('XPROXY SID=1 IP=unknown PORT=1')));
  assert.deepEqual([result.rows.invalid, problemCounts(result)], [1, { 'unreadable address': 1 }]);
});

test('a balancer that knocks has no command', () => {
  const event = eventOf({ event: '+' }, reply('220 EX07 ready'), { event: '-', context: 'Remote(SocketError)' });
  assert.deepEqual([event.opened, event.rows, event.commands], [1, 3, 0]);
});

test('the server is what stands before the backslash of the connector, or else that of the file', () => {
  const serverOf = (connector: string): readonly [string, readonly string[] | undefined] => {
    const event = eventOf({ connector });
    return [event.server, event.smtp?.connectors];
  };
  assert.deepEqual(serverOf('ex09.contoso.test\\Relay\\2'), ['EX09', ['Relay\\2']]);
  assert.deepEqual(serverOf(''), ['EX01', []]);
  assert.deepEqual(serverOf('\\Relay'), ['EX01', ['Relay']]);
  assert.deepEqual(serverOf('Relay'), ['EX01', ['Relay']]);
  assert.deepEqual(serverOf('"EX09\\Relay ""old"", 2"'), ['EX09', ['Relay "old", 2']]);
});

test('rows of several servers and connectors in one file are events of their own', () => {
  const result = readReceive(
    receiveRow({ connector: 'EX07\\A' }) + receiveRow({ connector: 'EX08\\A' }) + receiveRow({ connector: 'EX07\\B' }),
  );
  assert.deepEqual(
    result.events.map(({ server, smtp }) => [server, smtp?.connectors[0]]),
    [
      ['EX07', 'A'],
      ['EX08', 'A'],
      ['EX07', 'B'],
    ],
  );
  assert.deepEqual(
    result.servers.map(({ server, rows }) => [server, rows]),
    [
      ['EX07', 2],
      ['EX08', 1],
    ],
  );
});

test('rows out of order, late and with gaps are one event', () => {
  const event = eventOf(
    { sequence: 9, time: '2026-11-20T10:00:09.000Z' },
    { sequence: 0, event: '+', time: '2026-11-20T09:59:58.000Z' },
    { sequence: 4, time: '2026-11-20T10:00:01.000Z' },
  );
  assert.deepEqual(
    [event.rows, event.opened, event.first, event.last],
    [3, 1, Date.parse('2026-11-20T09:59:58.000Z'), Date.parse('2026-11-20T10:00:09.000Z')],
  );
});

test('a file begins with a mark and # lines', () => {
  const head = `\ufeff#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2026-11-20T10:00:00.000Z\r\n#Fields: ${receiveHeader}\r\n`;
  assert.deepEqual(readReceive(head + receiveRow()).rows, { event: 1, ignored: 0, invalid: 0 });
});

test('columns are found by name', () => {
  const content =
    '#Fields: event,remote-endpoint,sequence-number,date-time,data\r\n<,10.1.2.3:5,1,2026-11-20T10:00:00.000Z,EHLO a\r\n';
  const [event] = readReceive(content).events;
  assert.deepEqual(
    [event?.address, event?.smtp?.helo, event?.session, event?.server],
    ['10.1.2.3', ['a'], null, 'EX01'],
  );
});

test('a row without a readable number, address or time is invalid', () => {
  const content =
    receiveRow({ sequence: 'x' }) +
    receiveRow({ sequence: '' }) +
    receiveRow({ remote: '' }) +
    receiveRow({ remote: 'mail:25' }) +
    receiveRow({ time: 'now' }) +
    'x\r\n';
  const result = readReceive(content);
  assert.deepEqual(result.rows, { event: 0, ignored: 0, invalid: 6 });
  assert.deepEqual(problemCounts(result), {
    'unreadable sequence number': 2,
    'unreadable address': 2,
    'unreadable time': 1,
    'too few columns': 1,
  });
});

test('health mailboxes are no users, and tell that the server probes itself', () => {
  const result = readReceive(receiveRow(note('authenticated', 'CONTOSO\\HealthMailbox7')));
  const [event] = result.events;
  assert.deepEqual([event?.users, event?.hasUser, event?.loginsSucceeded], [[], false, 0]);
  assert.equal(result.lastProbeAt, Date.parse('2026-11-20T10:00:01.204Z'));
});

test('privacy holds for senders as for users', () => {
  const caches = new ReaderCaches(() => null);
  const content =
    receiveRow(note('authenticated', 'CONTOSO\\svc-scan')) + receiveRow(command('MAIL FROM:<scan@contoso.test>'));
  const [event] = readReceive(content, { caches }).events;
  assert.deepEqual([event?.users, event?.hasUser, event?.smtp?.senders], [[], true, []]);
});

test('texts are cut, and an event closes when one of its lists is full', () => {
  const names = Array.from({ length: 70 }, (_, index) => receiveRow(command(`EHLO name${index}`)));
  const { events } = readReceive(names.join(''));
  assert.deepEqual(
    events.map(({ rows, smtp }) => [rows, smtp?.helo.length]),
    [
      [64, 64],
      [6, 6],
    ],
  );
  const [long] = readReceive(receiveRow(command(`MAIL FROM:<${'😀'.repeat(300)}>`))).events;
  assert.equal([...(long?.smtp?.senders[0] ?? '')].length, 256);
});

test('rows outside the time asked for are read, and make no events', () => {
  const result = readReceive(receiveRow(), { since: Date.UTC(2030, 0, 1) });
  assert.deepEqual([result.events, result.rows.event, result.servers[0]?.rows], [[], 1, 1]);
});
