import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSlice } from '../../../src/exchange-log/slice-reader.ts';
import { type SliceResult, startOfFile } from '../../../src/exchange-log/slice.ts';
import { header, problemCounts, read, row, sliceOptions } from './read.ts';

const comments = `#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: POP3 Log\r\n#Date: 2026-11-20T10:00:00.000Z\r\n#Fields: ${header}\r\n`;

test('a file as Exchange writes it', () => {
  const content = `${header}\r\n${comments}${row({ sequence: 0 })}${row()}`;
  const result = read(content);
  assert.deepEqual(result.rows, { event: 2, ignored: 0, invalid: 0 });
  assert.deepEqual([result.end, result.lines, result.unterminated, result.problems], [content.length, 8, false, []]);
  assert.deepEqual(result.state, { columns: header.split(','), skippingFrom: null, extraColumnsNoted: false });
});

test('every known beginning of a file gives the same rows', () => {
  const rows = row({ sequence: 0 }) + row({ sequence: 1, user: 'svc-scan' });
  for (const beginning of [
    '',
    `${header}\r\n`,
    comments,
    `${header}\r\n${comments}`,
    `\ufeff${header}\r\n`,
    `\ufeff${comments}`,
    '\r\n\r\n',
    `${header.toLowerCase()}\r\n`,
  ]) {
    for (const content of [beginning + rows, (beginning + rows).replaceAll('\r\n', '\n')]) {
      const result = read(content);
      assert.deepEqual(result.rows, { event: 2, ignored: 0, invalid: 0 }, JSON.stringify(content.slice(0, 40)));
      assert.deepEqual([result.events[0]?.rows, result.events[0]?.users], [2, ['svc-scan']]);
    }
  }
});

test('columns are mapped by name: another order, a thirteenth column, unknown ones, fewer', () => {
  const time = '2026-11-20T10:00:01.204Z';
  const files: readonly string[] = [
    `#Fields: cIp,dateTime,user,seqNumber,sIp,command\r\n10.1.2.3:5,${time},svc-scan,0,10.0.0.1:995,stat\r\n`,
    `user,cIp,dateTime,sIp,seqNumber\r\nsvc-scan,10.1.2.3:5,${time},10.0.0.1:995,0\r\n`,
    `#Fields: ${header},puid\r\n${time},A,0,10.0.0.1:995,10.1.2.3:5,svc-scan,1,2,3,stat,,R=OK,0003BFFD\r\n`,
    `#Fields: ${header.replace('duration', 'took,cost')}\r\n${time},A,0,10.0.0.1:995,10.1.2.3:5,svc-scan,1,2,3,4,stat,,\r\n`,
    `#FIELDS:dateTime , seqNumber,cIp,sIp,user\r\n${time},0,10.1.2.3:5,10.0.0.1:995,svc-scan\r\n`,
  ];
  for (const file of files) {
    const { events, problems } = read(file);
    assert.deepEqual(problems, [], file);
    assert.deepEqual(
      events.map(({ address, opened, endpoint, users }) => [address, opened, endpoint, users]),
      [['10.1.2.3', 1, '10.0.0.1:995', ['svc-scan']]],
    );
  }
});

test('a header in mid-file takes over from there, and stands in the state', () => {
  const content = `${header}\r\n${row({ sequence: 0 })}#Fields: seqNumber,dateTime,cIp\r\n0,2026-11-20T10:00:01.204Z,10.1.2.9:1\r\n${header}\r\n${row()}`;
  const result = read(content);
  assert.deepEqual(result.rows, { event: 3, ignored: 0, invalid: 0 });
  const cut = content.indexOf('0,2026');
  const first = readSlice(startOfFile, Buffer.from(content.slice(0, cut)), 0, sliceOptions());
  assert.deepEqual(first.state.columns, ['seqNumber', 'dateTime', 'cIp']);
  const second = readSlice(first.state, Buffer.from(content.slice(cut)), cut, sliceOptions());
  assert.deepEqual([second.rows.event, second.rows.invalid, second.events[0]?.address], [2, 0, '10.1.2.9']);
});

test('a header by which no row could be read is a problem and changes nothing', () => {
  const damaged = [
    '#Fields: ',
    '#Fields: dateTime,sessionId',
    `#Fields: ${'x,'.repeat(100)}${header}`,
    `#Fields: ${header},${'x'.repeat(65)}`,
  ];
  for (const line of damaged) {
    const result = read(`${header}\r\n${line}\r\n${row()}`);
    assert.deepEqual([problemCounts(result), result.rows.event], [{ 'unreadable header': 1 }, 1]);
  }
});

test('a client cannot write a header: only a line whose time cannot be read may be one', () => {
  const result = read(row({ user: 'dateTime', command: 'seqNumber', parameters: 'cIp' }) + row());
  assert.deepEqual([result.rows.event, result.state.columns], [2, null]);
});

test('an invalid row is counted by its reason and its neighbours count', () => {
  const wrong: readonly [string, string][] = [
    ['too few columns', 'this is no row\r\n'],
    ['too few columns', '2026-11-20T10:00:01.204Z,A,0,10.0.0.1:995\r\n'],
    ['unreadable time', row({ time: '2026-11-31T10:00:01.204Z' })],
    ['unreadable time', row({ time: '' })],
    ['unreadable sequence number', row({ sequence: '' })],
    ['unreadable sequence number', row({ sequence: '-1' })],
    ['unreadable sequence number', row({ sequence: '1x' })],
    ['unreadable address', row({ client: '' })],
    ['unreadable address', row({ client: '10.1.2.300:5' })],
    ['unreadable address', row({ client: '10.1.2.3:99999' })],
    ['unreadable address', row({ client: 'printer7:5' })],
    ['unclosed quote', row({ user: '"svc' })],
  ];
  const before = row({ session: 'A' });
  for (const [reason, line] of wrong) {
    const result = read(before + line + row({ session: 'B' }));
    assert.deepEqual(result.rows, { event: 2, ignored: 0, invalid: 1 }, line);
    assert.deepEqual(result.problems, [
      { reason, count: 1, places: [{ start: before.length, end: before.length + line.length - 2, line: 1 }] },
    ]);
  }
});

test('a quote that the end of the row closes is noted and the row counts', () => {
  const result = read(row({ command: 'pass', context: '"R=""-ERR no"";ErrMsg=X' }));
  assert.deepEqual([result.rows.event, problemCounts(result)], [1, { 'quote closed by the end of the row': 1 }]);
  assert.equal(result.events[0]?.failure?.reason, 'X');
});

test('columns too many are left alone and counted once a file', () => {
  const extra = row().replace('\r\n', ',1,2\r\n');
  const first = read(extra + extra + row());
  assert.deepEqual(
    [first.rows.event, problemCounts(first), first.state.extraColumnsNoted],
    [3, { 'extra columns': 1 }, true],
  );
  const second = readSlice(first.state, Buffer.from(extra), first.end, sliceOptions());
  assert.deepEqual(second.problems, []);
});

test('a row without its line end is left, byte by byte, until it has one', () => {
  const content = Buffer.from(row({ sequence: 0 }) + row());
  const firstEnd = row({ sequence: 0 }).length;
  for (let length = 0; length < content.length; length++) {
    const result = read(content.subarray(0, length));
    const rows = length < firstEnd ? 0 : 1;
    assert.deepEqual(
      [result.rows.event, result.end, result.unterminated],
      [rows, rows * firstEnd, length !== 0 && length !== firstEnd],
    );
  }
});

test('the tail of a finished file is read and said', () => {
  const content = `${row({ sequence: 0 })}${row().trimEnd()}`;
  const result = read(content, { finished: true });
  assert.deepEqual([result.rows.event, result.end, result.unterminated], [2, content.length, true]);
  const whole = read(row(), { finished: true });
  assert.deepEqual([whole.rows.event, whole.unterminated], [1, false]);
});

test('a row over the limit is skipped whole, its neighbours count, and its bytes are not kept', () => {
  const options = sliceOptions({ rowBytesMax: 1000 });
  const long = row({ user: 'x'.repeat(5000) });
  const content = Buffer.from(row({ session: 'A' }) + long + row({ session: 'B' }));
  const result = readSlice(startOfFile, content, 0, options);
  assert.deepEqual(result.rows, { event: 2, ignored: 0, invalid: 1 });
  assert.deepEqual(result.problems[0]?.places, [
    { start: row().length - 15, end: row().length - 15 + long.length - 1, line: 1 },
  ]);

  const cut = 3000;
  const first = readSlice(startOfFile, content.subarray(0, cut), 0, options);
  assert.deepEqual([first.end, first.state.skippingFrom, first.rows.invalid], [cut, row().length - 15, 1]);
  const second = readSlice(first.state, content.subarray(cut, cut + 1000), cut, options);
  assert.deepEqual([second.end, second.state.skippingFrom, second.rows.invalid], [cut + 1000, row().length - 15, 0]);
  const third = readSlice(second.state, content.subarray(cut + 1000), cut + 1000, options);
  assert.deepEqual(
    [third.state.skippingFrom, third.rows, third.events[0]?.session],
    [null, { event: 1, ignored: 0, invalid: 0 }, 'B'],
  );
});

test('a row of exactly the limit is read', () => {
  const content = row();
  const limit = content.length - 1;
  assert.deepEqual(read(content, { rowBytesMax: limit }).rows, { event: 1, ignored: 0, invalid: 0 });
  assert.deepEqual(read(content, { rowBytesMax: limit - 1 }).rows, { event: 0, ignored: 0, invalid: 1 });
});

test('NUL bytes at the tail are not written yet', () => {
  const content = row() + '\0'.repeat(500);
  const result = read(content);
  assert.deepEqual([result.end, result.rows.event, result.unterminated, result.problems], [row().length, 1, false, []]);
  const torn = read(`${row()}2026-11\0\0\0`);
  assert.deepEqual([torn.end, torn.unterminated], [row().length, true]);
});

test('NUL bytes with rows behind them are noted once and passed over', () => {
  const result = read(row() + '\0'.repeat(500) + row() + row());
  assert.deepEqual([result.rows.event, problemCounts(result)], [3, { 'NUL bytes': 1 }]);
});

test('NUL bytes at the tail of a finished file are passed over', () => {
  const lone = read(row() + '\0'.repeat(5), { finished: true });
  assert.deepEqual(
    [lone.end, lone.rows.event, lone.unterminated, problemCounts(lone)],
    [row().length + 5, 1, false, { 'NUL bytes': 1 }],
  );
  const torn = read(`${row().trimEnd()}\0\0`, { finished: true });
  assert.deepEqual([torn.rows.event, torn.unterminated, problemCounts(torn)], [1, true, { 'NUL bytes': 1 }]);
});

test('a run of NUL bytes longer than a row may be does not hold up the file', () => {
  const options = sliceOptions({ rowBytesMax: 200 });
  const nuls = Buffer.alloc(1000);
  const first = readSlice(startOfFile, nuls, 0, options);
  assert.deepEqual([first.end, first.problems], [999, []]);
  const second = readSlice(first.state, Buffer.concat([nuls.subarray(999), Buffer.from(row())]), 999, options);
  assert.deepEqual([second.rows.event, problemCounts(second)], [1, { 'NUL bytes': 1 }]);
});

test('a NUL byte in a field is data: a client may send one', () => {
  assert.deepEqual(read(row({ user: 'a\0b' })).events[0]?.users, ['a\0b']);
});

test('places of problems are offsets in the file, and bounded', () => {
  const bad = 'no row\r\n';
  const result = readSlice(startOfFile, Buffer.from(bad.repeat(100)), 5_000_000_000, sliceOptions());
  const [problem] = result.problems;
  assert.deepEqual([problem?.count, problem?.places.length], [100, 32]);
  assert.deepEqual(problem?.places[1], { start: 5_000_000_008, end: 5_000_000_014, line: 1 });
});

test('offsets beyond 32 bits are kept', () => {
  const result = readSlice(startOfFile, Buffer.from(row()), 2 ** 33, sliceOptions());
  assert.deepEqual([result.events[0]?.offset, result.end], [2 ** 33, 2 ** 33 + row().length]);
});

test('what was dialled is said, of rows outside the time asked for too', () => {
  const content = row({ local: '10.0.0.1:995' }) + row({ local: '[fe80::1%3]:110' }) + row({ local: '10.0.0.1:995' });
  const endpoints = ['10.0.0.1:995', '[fe80::1]:110'];
  assert.deepEqual(endpointsOf(read(content)), endpoints);
  assert.deepEqual(endpointsOf(read(content, { since: Date.UTC(2030, 0, 1) })), endpoints);
});

function endpointsOf({ servers }: SliceResult): string[] {
  return servers.flatMap(({ endpoints }) => [...endpoints]);
}
