import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../../src/event/ndjson.ts';
import { readSlice } from '../../../src/exchange-log/slice-reader.ts';
import { type ReaderState, type SliceOptions, type SliceResult, startOfFile } from '../../../src/exchange-log/slice.ts';
import { header, problemCounts, row, sightingsOf, sliceOptions } from './read.ts';

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

const anyFile = fc.array(anyLine, { maxLength: 60 }).map((lines) => Buffer.from(lines.join('')));

/** Reads a file as a follower does: what is there up to each cut, from where the slice before ended. */
function readInSlices(content: Buffer, cuts: readonly number[], finished: boolean): SliceResult[] {
  const options = sliceOptions({ rowBytesMax });
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
      const content = Buffer.from(lines.join(''));
      const cuts = Array.from({ length: content.length }, (_, index) => index);
      assert.deepEqual(total(readInSlices(content, cuts, true)), total(readInSlices(content, [], true)));
    }),
    { numRuns: 60 },
  );
});

test('any bytes are read without a crash, and every line is accounted for', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.tuple(anyFile, fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { maxLength: 8 })).map(([content, changes]) => {
      const changed = Buffer.from(content);
      for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
      return changed;
    }),
  );
  fc.assert(
    fc.property(bytes, fc.boolean(), (content, finished) => {
      const results = readInSlices(Buffer.from(content), [], finished);
      const [result] = results as [SliceResult];
      assert.ok(result.rows.event + result.rows.invalid <= result.lines + 1);
      if (finished) assert.equal(result.end, content.length);
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
    fc.property(anyFile, fc.nat(6000), (content, cut) => {
      const options: SliceOptions = sliceOptions({ rowBytesMax, finished: false });
      const first = readSlice(startOfFile, content.subarray(0, cut), 0, options);
      assert.deepEqual(JSON.parse(JSON.stringify(first.state)), first.state);
    }),
    { numRuns: 200 },
  );
});
