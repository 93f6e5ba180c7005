import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipv4, ipv6, longIpv6, mappedIpv4, zonedIpv6 } from '../../../src/simulator/client-address.ts';
import { columnsWithPuid, exchangeFormat, headText, rowText } from '../../../src/simulator/log-format.ts';
import { logName, periodLabel } from '../../../src/simulator/log-name.ts';
import { contextText, singleLine, type LogRow } from '../../../src/simulator/log-row.ts';

const row: LogRow = {
  timeMs: Date.UTC(2023, 0, 9, 13, 16, 59, 473),
  sessionId: '00000000000000E2',
  sequence: 2,
  server: { address: ipv4('192.168.3.212'), port: 993 },
  client: { address: ipv4('192.168.3.212'), port: 22162 },
  user: 'jane',
  durationMs: 122,
  received: 41,
  sent: 23,
  command: 'login',
  parameters: 'jane@contoso.test *****',
  context: contextText([
    ['R', 'aXSV NO LOGIN failed.'],
    ['Msg', 'Proxy:ex01:1993:SSL'],
    ['ErrMsg', 'ProxyNotAuthenticated'],
  ]),
  verdict: 'failed',
  reason: 'ProxyNotAuthenticated',
};

test('a file begins with the bare column row and five comment lines', () => {
  const columns = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';
  const head = [
    columns,
    '#Software: Microsoft Exchange Server',
    '#Version: 15.0.0.0',
    '#Log-type: IMAP4 Log',
    '#Date: 2016-02-09T00:00:03.123Z',
    `#Fields: ${columns}`,
    '',
  ];
  assert.equal(headText(exchangeFormat, 'imap4', Date.UTC(2016, 1, 9, 0, 0, 3, 123)), head.join('\r\n'));
});

test('heads can lack the bare row, lack everything, or have a mark, a line feed and a thirteenth column', () => {
  const bare = { ...exchangeFormat, header: 'none' } as const;
  assert.equal(headText(bare, 'pop3', 0), '');
  const other = {
    ...exchangeFormat,
    header: 'fields',
    newline: '\n',
    byteOrderMark: true,
    columns: columnsWithPuid,
  } as const;
  const head = headText(other, 'pop3', 0);
  assert.ok(head.startsWith('\uFEFF#Software: Microsoft Exchange Server\n#Version'), head);
  assert.ok(head.endsWith(',parameters,context,puid\n'), head);
  assert.ok(!head.includes('\r'));
});

test('a row looks like a published one', () => {
  assert.equal(
    rowText(exchangeFormat, row),
    '2023-01-09T13:16:59.473Z,00000000000000E2,2,192.168.3.212:993,192.168.3.212:22162,jane,122,41,23,login,' +
      'jane@contoso.test *****,"R=""aXSV NO LOGIN failed."";Msg=Proxy:ex01:1993:SSL;ErrMsg=ProxyNotAuthenticated"',
  );
});

test('only commas and quotes put a cell into quotes, and backslashes stay as they are', () => {
  const user = (text: string): string | undefined =>
    /22162,(.*),122,41/.exec(rowText(exchangeFormat, { ...row, user: text }))?.[1];
  assert.equal(user('CONTOSO\\jane'), 'CONTOSO\\jane');
  assert.equal(user('semi;colon'), 'semi;colon');
  assert.equal(user('Scan, "2nd"'), '"Scan, ""2nd"""');
  assert.equal(singleLine('two\r\nlines'), 'two\\r\\nlines');
});

test('each address has the text of the log and the canonical one', () => {
  const texts = [
    ipv4('10.1.2.3'),
    mappedIpv4('10.1.2.3'),
    ipv6(0, 0, 0, 0, 0, 0, 0, 1),
    ipv6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 0x25),
    ipv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
    ipv6(1, 2, 3, 4, 5, 6, 0, 8),
    longIpv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xa),
    zonedIpv6(12, 0xfe80, 0, 0, 0, 0, 0, 0, 1),
  ].map(({ logged, canonical }) => [logged, canonical]);
  assert.deepEqual(texts, [
    ['10.1.2.3', '10.1.2.3'],
    ['[::ffff:10.1.2.3]', '10.1.2.3'],
    ['[::1]', '::1'],
    ['[2001:db8::1:0:0:25]', '2001:db8::1:0:0:25'],
    ['[2001:db8::]', '2001:db8::'],
    ['[1:2:3:4:5:6:0:8]', '1:2:3:4:5:6:0:8'],
    ['[2001:0DB8:0000:0000:0000:0000:0000:000A]', '2001:db8::a'],
    ['[fe80::1%12]', 'fe80::1'],
  ]);
});

test('names tell the period in UTC', () => {
  const timeMs = Date.UTC(2016, 1, 9, 8, 59, 59, 999);
  const names = (['hourly', 'daily', 'weekly', 'monthly'] as const).map((rollOver) =>
    logName('imap4', false, periodLabel(timeMs, rollOver), 1),
  );
  assert.deepEqual(names, ['IMAP42016020908-1.LOG', 'IMAP420160209-1.LOG', 'IMAP4201602W2-1.LOG', 'IMAP4201602-1.LOG']);
  assert.equal(logName('pop3', true, periodLabel(timeMs, 'daily'), 12), 'POP3BE20160209-12.LOG');
});
