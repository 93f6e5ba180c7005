import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { canonicalAddress } from '../../../../src/event/address.ts';
import { type ConnectionEvent, eventUsersMax } from '../../../../src/event/connection-event.ts';
import { isCut } from '../../../../src/event/cut-text.ts';
import { decodeEvent, encodeEvent } from '../../../../src/event/ndjson.ts';
import type { Protocol } from '../../../../src/event/protocol.ts';
import type { LogFormat } from '../../../../src/exchange-log/format.ts';
import { formats } from '../../../../src/exchange-log/formats.ts';
import { ReaderCaches } from '../../../../src/exchange-log/reader-caches.ts';
import { readSlice } from '../../../../src/exchange-log/slice-reader.ts';
import { type SliceResult, startOfFile } from '../../../../src/exchange-log/slice.ts';
import { sightingsOf } from '../../../unit/exchange-log/read.ts';
import { simulatedLogs } from '../simulated-logs.ts';
import { anyLog } from '../grammars.ts';
import { anySmtpLog } from '../smtp-grammars.ts';
import type { FuzzTarget } from '../target.ts';

/** Small, so that over-long rows are met; a multiple of it is always handed over. */
const rowBytesMax = 2048;
/** Shared, since caches never change an answer: if they did, it would show. */
const caches = new ReaderCaches();

interface Kind {
  readonly format: LogFormat;
  readonly protocol: Protocol;
}

/** Every kind of log that is read, for every protocol that it serves. */
const kinds: readonly Kind[] = formats.flatMap((format) => {
  const counted = format.series.filter(({ isCounted }) => isCounted);
  return [...new Set(counted.map(({ protocol }) => protocol))].map((protocol) => ({ format, protocol }));
});

function whole(kind: Kind, bytes: Buffer): SliceResult {
  return readSlice(startOfFile, bytes, 0, {
    ...kind,
    server: 'EX01',
    file: 'a.LOG',
    finished: true,
    caches,
    rowBytesMax,
  });
}

interface Read {
  readonly events: ConnectionEvent[];
  readonly rows: number;
  readonly invalid: number;
  readonly lines: number;
}

/** As an agent reads: what is there, a piece at a time, going on where the reader says. */
function inPieces(kind: Kind, bytes: Buffer, stepBytes: number): Read {
  const options = { ...kind, server: 'EX01', file: 'a.LOG', caches, rowBytesMax };
  let state = startOfFile;
  let offset = 0;
  const read = { events: [] as ConnectionEvent[], rows: 0, invalid: 0, lines: 0 };
  let available = 0;
  do {
    available = Math.min(bytes.length, available + stepBytes);
    const finished = available === bytes.length;
    const result = readSlice(state, bytes.subarray(offset, available), offset, { ...options, finished });
    assert.ok(result.end >= offset && result.end <= available, `read on at ${result.end} of ${offset}..${available}`);
    read.events.push(...result.events);
    read.rows += result.rows.event;
    read.invalid += result.rows.invalid;
    read.lines += result.lines;
    state = result.state;
    offset = result.end;
  } while (available < bytes.length);
  return read;
}

function checkEvent(event: ConnectionEvent): void {
  assert.equal(canonicalAddress(event.address), event.address);
  assert.ok(event.rows > 0 && event.first <= event.last && event.users.length <= eventUsersMax);
  const { helo = [], senders = [], connectors = [], notice = null } = event.smtp ?? {};
  const lists = [event.users, helo, senders, connectors];
  for (const list of lists) assert.ok(list.length <= eventUsersMax && new Set(list).size === list.length);
  for (const text of [...lists.flat(), event.session ?? '', event.failure?.reason ?? '', notice?.reason ?? '']) {
    assert.ok(isCut(text) && text.isWellFormed(), 'a text is too long or half a character');
  }
  const line = encodeEvent(event);
  assert.ok(!line.includes('\n'));
  assert.deepEqual(decodeEvent(line), event);
}

function check(input: Buffer): void {
  for (const kind of kinds) {
    const result = whole(kind, input);
    assert.equal(result.end, input.length, 'a finished file is read to its end');
    const counted = result.events.reduce((sum, { rows }) => sum + rows, 0);
    assert.equal(counted, result.rows.event, 'every row that counts is in one event');
    let before = -1;
    for (const event of result.events) {
      assert.ok(event.offset > before && event.offset < input.length, 'offsets rise');
      before = event.offset;
      checkEvent(event);
    }
    // Byte by byte what is short; the rest in at most some tens of pieces.
    const step = Math.ceil(input.length / 40) + ((input[input.length >> 1] ?? 0) % (1 + (input.length >> 2)));
    const pieces = inPieces(kind, input, step);
    assert.deepEqual(
      [pieces.rows, pieces.invalid, pieces.lines],
      [result.rows.event, result.rows.invalid, result.lines],
      `rows, invalid and lines in pieces of ${step} bytes`,
    );
    assert.deepEqual(sightingsOf(pieces.events), sightingsOf(result.events));
  }
}

export const reader: FuzzTarget = {
  name: 'reader',
  seeds: () => [
    ...globSync('test/fixtures/exchange-log/**/*.LOG')
      .toSorted()
      .map((path) => readFileSync(path).subarray(0, 4096)),
    ...simulatedLogs(),
  ],
  grammar: fc.oneof(anyLog, anySmtpLog),
  words: [
    '#Fields: dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n',
    '#Fields: cIp,dateTime,seqNumber\r\n',
    'dateTime,seqNumber,cIp\r\n',
    '2026-11-20T10:00:01.204Z',
    '0000-00-00T00:00:00Z',
    '9999-12-31T23:59:59.9999999Z',
    'OpenSession',
    'CloseSession',
    'proxy',
    'authenticate',
    'pass',
    'R=ok',
    '"R=""-ERR Logon failure"";ErrMsg=x"',
    'ErrMsg="',
    '[::1]:993',
    '10.1.2.3:51234',
    'fe80::1%12',
    'HealthMailbox',
    '#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n',
    '#Fields: date-time,client-ip,source,event-id,custom-data\r\n',
    'EX01\\Default Frontend EX01',
    ',+,,',
    ',<,EHLO mail.contoso.test,',
    ',<,XPROXY SID=08D8 IP=10.1.1.70 PORT=50100 DOMAIN=x CAPABILITIES=0,',
    ',<,MAIL FROM:<scan@contoso.test> SIZE=1,',
    ',>,250 2.6.0 <',
    ',>,235 <authentication response>,',
    ',>,535 5.7.3 Authentication unsuccessful,',
    ',*,CONTOSO\\svc,authenticated',
    ',*,,TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded',
    ',*,,Inbound Negotiate failed because of LogonDenied',
    ',SMTP,RECEIVE,',
    'S:ProxiedClientIPAddress=10.1.1.70;S:ProxyHop1=EX01.contoso.test(10.0.0.1)',
    '\0'.repeat(rowBytesMax + 1),
    'x'.repeat(rowBytesMax + 1),
  ],
  check,
};
