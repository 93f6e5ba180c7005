import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../../src/event/ndjson.ts';
import { readSlice } from '../../../src/exchange-log/slice-reader.ts';
import { type ReaderState, type SliceOptions, type SliceResult, startOfFile } from '../../../src/exchange-log/slice.ts';
import { header, problemCounts, row, sightingsOf, sliceOptions } from './read.ts';
import { receiveHeader, receiveRow, trackingFormat, trackingHeader, trackingRow } from './smtp.ts';

const rowBytesMax = 400;

const anyTime = fc
  .oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 5000 }) }, { weight: 1, arbitrary: fc.constant(-1) })
  .map((ms) => (ms === -1 ? 'never' : new Date(Date.UTC(2026, 10, 20, 10) + ms).toISOString()));

const anyUser = fc.oneof(
  fc.constantFrom(
    '',
    '',
    'svc-scan',
    'SVC-SCAN',
    'DOMAIN\\a',
    'HealthMailbox1',
    ' ',
    '"a,""b"""',
    'a\u0000b',
    'x\ry',
    '😀',
    '"open',
  ),
  fc.nat(80).map((number) => `user${number}`),
);

const anyRow = fc
  .record({
    time: anyTime,
    session: fc.constantFrom('A', 'B', 'C', ''),
    sequence: fc.oneof({ weight: 20, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.constant('x') }),
    local: fc.constantFrom('10.0.0.1:995', '[::1]:110', '', 'ex01:1'),
    client: fc.constantFrom(
      '10.1.2.3:5',
      '10.1.2.3:6',
      '[2001:db8::7]:5',
      '[::ffff:10.1.2.3]:5',
      '10.0.0.1:9',
      'nobody',
    ),
    user: anyUser,
    received: fc.constantFrom(0, 1, 500, '', 'x'),
    sent: fc.nat(9999),
    command: fc.constantFrom('OpenSession', 'user', 'pass', 'login', 'auth', 'stat', 'CloseSession', 'proxy'),
    parameters: fc.constantFrom('', '*****', 'PLAIN'),
    context: fc.constantFrom(
      '',
      'R=ok',
      'R=OK',
      '"R=""-ERR no"";ErrMsg=Denied"',
      '"R=""-ERR a, b"""',
      'Msg=x;R=no',
      '"R=""open',
    ),
  })
  .map(row);

const anyLine = fc.oneof(
  { weight: 30, arbitrary: anyRow },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      `${header}\r\n`,
      `#Fields: ${header}\r\n`,
      `#Fields: ${header},puid\r\n`,
      '#Fields: seqNumber,cIp,dateTime,user,command\r\n',
      '#Fields: broken\r\n',
      '#Version: 15.0.0.0\r\n',
      '0,10.1.2.9:1,2026-11-20T10:00:01.000Z,svc-scan,stat\r\n',
      '\r\n',
      '\ufeff',
      '\0\0\0\0',
      '\0'.repeat(rowBytesMax * 2),
      `${row().trimEnd()},extra\r\n`,
      row({ user: 'x'.repeat(rowBytesMax) }),
      'x'.repeat(rowBytesMax * 3),
      'garbage\n',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
);

const anyReceiveRow = fc
  .record({
    time: anyTime,
    connector: fc.constantFrom('EX07\\A', 'ex07.contoso.test\\A', 'EX08\\B', '', 'A', '"EX07\\a, ""b"""'),
    session: fc.constantFrom('A', 'B', ''),
    sequence: fc.oneof({ weight: 20, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.constant('x') }),
    local: fc.constantFrom('10.0.0.7:25', '[::1]:587', '', 'ex01:1'),
    remote: fc.constantFrom('10.1.2.3:5', '10.1.2.3:6', '[::ffff:10.1.2.3]:5', '10.0.0.7:9', 'nobody'),
    said: fc.oneof(
      fc.constantFrom(
        ['+', '', ''],
        ['-', '', 'Remote'],
        ['>', '220 ready', ''],
        ['>', '235 2.7.0 Authentication successful', ''],
        ['>', '535 5.7.3 Authentication unsuccessful', ''],
        ['>', '504 5.7.4 Unrecognized authentication type', ''],
        ['>', '"250 2.6.0 <1@x> [InternalId=1, Hostname=x] Queued"', ''],
        ['<', 'MAIL FROM:<>', ''],
        ['<', 'XPROXY SID=1 IP=10.1.1.70 PORT=5 DOMAIN=x', ''],
        ['<', 'XPROXYFROM SID=1 IP=nobody PORT=5', ''],
        ['*', 'DOMAIN\\a', 'authenticated'],
        ['*', 'HealthMailbox1', 'authenticated'],
        ['*', '', 'Inbound AUTH LOGIN failed because of LogonDenied'],
        ['*', '', 'TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using x'],
        ['?', '', ''],
      ),
      fc.nat(80).map((number) => ['<', `EHLO name${number}`, '']),
      fc.nat(80).map((number) => ['<', `MAIL FROM:<user${number}@x>`, '']),
    ),
  })
  .map(({ said: [event = '', data = '', context = ''], ...parts }) => receiveRow({ ...parts, event, data, context }));

const anyTrackingRow = fc
  .record({
    'date-time': anyTime,
    'client-ip': fc.constantFrom('10.1.2.3', '10.0.0.7', '', 'nobody', '::ffff:10.1.2.3'),
    'server-hostname': fc.constantFrom('EX07', 'ex07.contoso.test', 'EX08', ''),
    source: fc.constantFrom('SMTP', 'SMTP', 'STOREDRIVER'),
    'event-id': fc.constantFrom('RECEIVE', 'RECEIVE', 'HARECEIVE'),
    'sender-address': fc.constantFrom('scan@x', 'HealthMailbox1@x'),
    'return-path': fc.nat(80).map((number) => (number === 0 ? '<>' : `user${number}@x`)),
    'original-client-ip': fc.constantFrom('', '10.1.2.9'),
    'custom-data': fc.constantFrom('', 'S:ProxyHop1=EX06(10.0.0.6);S:ProxiedClientIPAddress=10.1.1.70'),
  })
  .map(trackingRow);

function anyFileOf(anyGoodRow: fc.Arbitrary<string>, columns: string): fc.Arbitrary<Buffer> {
  const line = fc.oneof(
    { weight: 30, arbitrary: anyGoodRow },
    {
      weight: 5,
      arbitrary: fc.constantFrom(`\ufeff#Fields: ${columns}\r\n`, '#Fields: broken\r\n', '\0\0', 'garbage\n'),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  );
  return fc.array(line, { maxLength: 60 }).map((lines) => Buffer.from(lines.join('')));
}

/** A file, and what kind of log it is. */
interface Content {
  readonly bytes: Buffer;
  readonly options: Partial<SliceOptions>;
}

const anyPopFile = fc.array(anyLine, { maxLength: 60 }).map((lines) => Buffer.from(lines.join('')));

const anyFile: fc.Arbitrary<Content> = fc.oneof(
  anyPopFile.map((bytes) => ({ bytes, options: {} })),
  anyFileOf(anyReceiveRow, receiveHeader).map((bytes) => ({ bytes, options: { protocol: 'smtp' as const } })),
  anyFileOf(anyTrackingRow, trackingHeader).map((bytes) => ({
    bytes,
    options: { protocol: 'smtp' as const, format: trackingFormat },
  })),
);

/** Reads a file as a follower does: what is there up to each cut, from where the slice before ended. */
function readInSlices(
  { bytes: content, options: kind }: Content,
  cuts: readonly number[],
  finished: boolean,
): SliceResult[] {
  const options = sliceOptions({ ...kind, rowBytesMax });
  const ends = [...new Set(cuts.map((cut) => Math.min(cut, content.length)))].sort((a, b) => a - b);
  const results: SliceResult[] = [];
  let state: ReaderState = startOfFile;
  let offset = 0;
  for (const end of [...ends, content.length]) {
    const isLast = finished && end === content.length && results.length === ends.length;
    const result = readSlice(state, content.subarray(offset, end), offset, { ...options, finished: isLast });
    assert.ok(result.end >= offset && result.end <= end, 'the position stays within the bytes');
    results.push(result);
    ({ state, end: offset } = result);
  }
  return results;
}

/** What a sequence of slices adds up to. */
function total(results: readonly SliceResult[]): object {
  const problems: Record<string, number> = {};
  for (const result of results) {
    for (const [reason, count] of Object.entries(problemCounts(result)))
      problems[reason] = (problems[reason] ?? 0) + count;
  }
  const sum = (of: (result: SliceResult) => number): number =>
    results.reduce((before, result) => before + of(result), 0);
  const times = (of: (result: SliceResult) => number | null): number[] =>
    results.map(of).filter((time) => time !== null);
  return {
    sightings: sightingsOf(results.flatMap(({ events }) => events)),
    event: sum(({ rows }) => rows.event),
    ignored: sum(({ rows }) => rows.ignored),
    servers: serversOf(results),
    invalid: sum(({ rows }) => rows.invalid),
    lines: sum(({ lines }) => lines),
    problems,
    first: Math.min(...times(({ firstRowAt }) => firstRowAt)),
    last: Math.max(...times(({ lastRowAt }) => lastRowAt)),
    probe: Math.max(...times(({ lastProbeAt }) => lastProbeAt)),
    state: results.at(-1)?.state,
    unterminated: results.at(-1)?.unterminated,
  };
}

function serversOf(results: readonly SliceResult[]): Record<string, object> {
  const totals: Record<string, { rows: number; lastRowAt: number; endpoints: string[] }> = {};
  for (const { server, rows, lastRowAt, endpoints } of results.flatMap(({ servers }) => servers)) {
    const before = totals[server] ?? { rows: 0, lastRowAt, endpoints: [] };
    totals[server] = {
      rows: before.rows + rows,
      lastRowAt: Math.max(before.lastRowAt, lastRowAt),
      endpoints: [...new Set([...before.endpoints, ...endpoints])].sort(),
    };
  }
  return totals;
}

test('any split of a file into slices gives what one slice gives', () => {
  fc.assert(
    fc.property(anyFile, fc.array(fc.nat(6000), { maxLength: 12 }), fc.boolean(), (content, cuts, finished) => {
      assert.deepEqual(total(readInSlices(content, cuts, finished)), total(readInSlices(content, [], finished)));
    }),
    { numRuns: 1500 },
  );
});

test('a file that is read byte by byte gives what one slice gives', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 5 }), (lines) => {
      const content = { bytes: Buffer.from(lines.join('')), options: {} };
      const cuts = Array.from({ length: content.bytes.length }, (_, index) => index);
      assert.deepEqual(total(readInSlices(content, cuts, true)), total(readInSlices(content, [], true)));
    }),
    { numRuns: 60 },
  );
});

test('any bytes are read without a crash, and every line is accounted for', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((bytes) => ({ bytes: Buffer.from(bytes), options: {} })),
    fc.tuple(anyFile, fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { maxLength: 8 })).map(([content, changes]) => {
      const changed = Buffer.from(content.bytes);
      for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
      return { ...content, bytes: changed };
    }),
  );
  fc.assert(
    fc.property(bytes, fc.boolean(), (content, finished) => {
      const results = readInSlices(content, [], finished);
      const [result] = results as [SliceResult];
      assert.ok(result.rows.event + result.rows.ignored + result.rows.invalid <= result.lines + 1);
      if (finished) assert.equal(result.end, content.bytes.length);
      for (const event of result.events) assert.deepEqual(decodeEvent(encodeEvent(event)), event);
    }),
    { numRuns: 1500 },
  );
});

test('events are in rising order of their offsets, and their rows are the rows that count', () => {
  fc.assert(
    fc.property(anyFile, (content) => {
      const [result] = readInSlices(content, [], true) as [SliceResult];
      const offsets = result.events.map(({ offset }) => offset);
      assert.deepEqual(
        offsets,
        [...new Set(offsets)].sort((a, b) => a - b),
      );
      assert.equal(
        result.events.reduce((sum, { rows }) => sum + rows, 0),
        result.rows.event,
      );
    }),
    { numRuns: 500 },
  );
});

test('slices to events to NDJSON to sightings equals slices to sightings', () => {
  fc.assert(
    fc.property(anyFile, fc.array(fc.nat(6000), { maxLength: 6 }), (content, cuts) => {
      const events = readInSlices(content, cuts, true).flatMap((result) => result.events);
      const sent = events.map((event) => decodeEvent(encodeEvent(event)));
      assert.deepEqual(sightingsOf(sent), sightingsOf(events));
    }),
    { numRuns: 500 },
  );
});

test('the state of a reader survives being stored', () => {
  fc.assert(
    fc.property(anyPopFile, fc.nat(6000), (content, cut) => {
      const options: SliceOptions = sliceOptions({ rowBytesMax, finished: false });
      const first = readSlice(startOfFile, content.subarray(0, cut), 0, options);
      assert.deepEqual(JSON.parse(JSON.stringify(first.state)), first.state);
    }),
    { numRuns: 200 },
  );
});
