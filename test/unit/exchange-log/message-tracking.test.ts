import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { customValue } from '../../../src/exchange-log/message-tracking/custom-data.ts';
import { problemCounts } from './read.ts';
import { readTracking, trackingHeader, trackingRow } from './smtp.ts';

function eventOf(parts: Readonly<Record<string, string>> = {}): ConnectionEvent {
  const { events, problems } = readTracking(trackingRow(parts));
  assert.deepEqual(problems, []);
  assert.equal(events.length, 1);
  return events[0] as ConnectionEvent;
}

test('mail that came in by SMTP is a row and a tracked mail of its client, and no connection', () => {
  assert.deepEqual(eventOf(), {
    protocol: 'smtp',
    server: 'EX07',
    address: '10.1.2.3',
    clientPort: 0,
    endpoint: null,
    session: null,
    file: 'MSGTRK.LOG',
    offset: 0,
    opened: 0,
    rows: 1,
    commands: 0,
    loginsSucceeded: 0,
    loginsFailed: 0,
    bytesReceived: 0,
    bytesSent: 0,
    first: Date.parse('2026-11-20T10:00:01.204Z'),
    last: Date.parse('2026-11-20T10:00:01.204Z'),
    users: [],
    hasUser: false,
    failure: null,
    smtp: {
      messages: 0,
      tracked: 1,
      helo: [],
      tls: null,
      senders: ['scan@contoso.test'],
      connectors: ['Default Frontend EX07'],
      notice: null,
    },
  });
});

test('only source SMTP with event RECEIVE counts', () => {
  const others = [
    { source: 'STOREDRIVER' },
    { source: 'AGENT' },
    { 'event-id': 'HARECEIVE' },
    { 'event-id': 'SEND' },
    { 'event-id': 'SUBMIT', source: 'STOREDRIVER', 'original-client-ip': '10.1.9.9' },
    { 'event-id': 'RECEIVE2' },
    { 'event-id': '', source: '' },
  ];
  const result = readTracking(others.map(trackingRow).join(''));
  assert.deepEqual([result.rows, result.events], [{ event: 0, ignored: others.length, invalid: 0 }, []]);
});

test('an ignored row needs no address', () => {
  const result = readTracking(trackingRow({ 'event-id': 'DELIVER', 'client-ip': '' }));
  assert.deepEqual(result.rows, { event: 0, ignored: 1, invalid: 0 });
});

test("mail of Exchange's own probes is ignored", () => {
  for (const sender of [
    'HealthMailbox3f2a@contoso.test',
    'healthmailbox3f2a@contoso.test',
    'inboundproxy@contoso.test',
    'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.test',
  ]) {
    assert.equal(readTracking(trackingRow({ 'sender-address': sender })).rows.ignored, 1, sender);
  }
  assert.equal(readTracking(trackingRow({ 'sender-address': 'inboundproxy2@contoso.test' })).rows.event, 1);
});

test('the device behind a front end is named by custom-data, and so is the front end', () => {
  const event = eventOf({
    'client-ip': '10.0.0.6',
    'original-client-ip': '10.9.9.9',
    'custom-data':
      'S:ProxyHop1=ex06.contoso.test(10.0.0.6);S:ProxiedClientIPAddress=10.1.1.70;S:ProxiedClientHostname=scanner',
  });
  assert.deepEqual([event.address, event.server], ['10.1.1.70', 'EX06']);
});

test('without a hop the server is that of the row', () => {
  const event = eventOf({ 'custom-data': 'S:ProxiedClientIPAddress=10.1.1.70' });
  assert.deepEqual([event.address, event.server], ['10.1.1.70', 'EX07']);
});

test('a client that is the server itself gives way to the original client', () => {
  const address = (parts: Readonly<Record<string, string>>): string => eventOf(parts).address;
  assert.equal(address({ 'client-ip': '10.0.0.7', 'original-client-ip': '10.1.2.9' }), '10.1.2.9');
  assert.equal(address({ 'client-ip': '10.0.0.7' }), '10.0.0.7');
  assert.equal(address({ 'client-ip': '::ffff:10.0.0.7', 'original-client-ip': '10.1.2.9' }), '10.1.2.9');
  // The original client is kept with the message, so it stands on later hops as well.
  assert.equal(address({ 'client-ip': '10.1.2.3', 'original-client-ip': '10.1.2.9' }), '10.1.2.3');
});

test('the server is named by the row, or else by the file', () => {
  assert.equal(eventOf({ 'server-hostname': 'ex09.contoso.test' }).server, 'EX09');
  assert.equal(eventOf({ 'server-hostname': '' }).server, 'EX01');
});

test('an address that decides and is none makes the row invalid', () => {
  const result = readTracking(
    trackingRow({ 'client-ip': '' }) +
      trackingRow({ 'client-ip': 'host' }) +
      trackingRow({ 'custom-data': 'S:ProxiedClientIPAddress=host' }),
  );
  assert.deepEqual([result.rows.invalid, problemCounts(result)], [3, { 'unreadable address': 3 }]);
});

test('versions have other columns: they are found by name', () => {
  const content =
    '#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id\r\n' +
    '2010-05-01T10:00:00.000Z,10.1.2.3,scanner,10.0.0.3,EX2010,,EX2010\\Relay,SMTP,RECEIVE\r\n' +
    `#Fields: ${trackingHeader},transport-traffic-type,log-id,schema-version\r\n` +
    `${trackingRow({ 'server-hostname': 'EX2010', 'connector-id': 'EX2010\\Relay' }).trimEnd()},Email,x,15.02\r\n`;
  const result = readTracking(content);
  assert.deepEqual(result.problems, []);
  assert.deepEqual(
    result.events.map(({ server, smtp }) => [server, smtp?.tracked, smtp?.senders]),
    [['EX2010', 2, ['scan@contoso.test']]],
  );
});

test('mail of one client is one event in a slice, by server and connector', () => {
  const result = readTracking(
    trackingRow() +
      trackingRow({ 'date-time': '2026-11-20T09:00:00.000Z', 'return-path': '<>' }) +
      trackingRow({ 'server-hostname': 'EX08' }) +
      trackingRow({ 'client-ip': '10.1.2.4' }),
  );
  assert.deepEqual(
    result.events.map(({ server, address, rows }) => [server, address, rows]),
    [
      ['EX07', '10.1.2.3', 2],
      ['EX08', '10.1.2.3', 1],
      ['EX07', '10.1.2.4', 1],
    ],
  );
  assert.deepEqual(result.events[0]?.smtp?.senders, ['scan@contoso.test']);
});

test('a value of custom-data is found by its whole key', () => {
  assert.equal(customValue('S:A=1;S:B=2', 'B'), '2');
  assert.equal(customValue('S:AB=1;XS:B=0;S:B=', 'B'), '');
  assert.equal(customValue('', 'B'), '');
});
