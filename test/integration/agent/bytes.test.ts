import assert from 'node:assert/strict';
import { open, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { guardStart, hashOfRange, prefixLength } from '../../../src/agent/fingerprint.ts';
import { fromTheStart } from '../../../src/agent/followed-file.ts';
import { defaultTimes } from '../../../src/agent/options.ts';
import { Following, HandClock, header, minuteMs, row, rows, sessions } from './following.ts';

const first = 'POP32026112010-1.LOG';
const second = 'POP32026112011-1.LOG';

test('a row that is written in two pieces is read when it is whole, across scans and a restart', async () => {
  await using following = await Following.create();
  const text = row('s1');
  await following.write(first, header + row('s0') + text.slice(0, 40));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0']);
  await following.append(first, text.slice(40, 60));
  await following.scan();
  await following.stop();
  await following.append(first, text.slice(60));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('rows, line ends and letters that are cut by the end of a read are read whole', async () => {
  const text = header + Array.from({ length: 30 }, (_, index) => row(`s${index}`, 'жé漢😀')).join('');
  for (const sliceBytesMax of [700, 701, 702, 703, 1021, 4096]) {
    await using following = await Following.create();
    await following.write(first, text);
    await following.start({ limits: { sliceBytesMax } });
    await following.scan();
    assert.deepEqual(following.sessions, sessions(0, 30), `${sliceBytesMax}`);
    assert.equal((await following.lane()).rows.error, 0);
  }
});

test('a carriage return at the end of one write and its line feed at the start of the next are one line end', async () => {
  await using following = await Following.create();
  const text = row('s0');
  await following.write(first, header + text.slice(0, -1));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, []);
  await following.append(first, `\n${row('s1')}`);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('a byte order mark and line feeds alone are read as well', async () => {
  await using following = await Following.create();
  await following.write(first, `\ufeff${(header + rows(0, 5)).replaceAll('\r\n', '\n')}`);
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 5));
});

test('a writer that pauses for ten minutes in mid-row gets its row whole', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + row('s0').slice(0, 70));
  await following.write(second, header);
  await following.start({ clock, times: { ...defaultTimes, wakeDelayMs: 0 } });
  await following.scan();
  for (let minute = 0; minute < 10; minute++) {
    clock.pass(minuteMs);
    await following.scan();
  }
  assert.deepEqual(following.sessions, []);
  await following.append(first, row('s0').slice(70));
  await following.scan();
  assert.deepEqual(following.sessions, ['s0']);
});

test('the unterminated row of an older file is read once the file has stood still for an hour', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + row('s0') + row('s1').trimEnd());
  await following.start({ clock, times: { ...defaultTimes, wakeDelayMs: 0 } });
  await following.scan();
  clock.pass(61 * minuteMs);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0'], 'the newest file is never finished');
  await following.write(second, header);
  await following.scan();
  clock.pass(59 * minuteMs);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0']);
  clock.pass(2 * minuteMs);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
  assert.equal(following.memory.file(first)?.finished, true);
  await following.append(first, `\r\n${row('s2')}`);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1', 's2'], 'and a file that grows after all is read on');
});

test('a torn row that comes to an older file after an hour waits for its rest as any other', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + row('s0'));
  await following.write(second, header);
  await following.start({ clock, times: { ...defaultTimes, wakeDelayMs: 0 } });
  await following.scan();
  clock.pass(61 * minuteMs);
  await following.append(first, row('s1').trimEnd());
  await following.scan();
  clock.pass(59 * minuteMs);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0']);
  clock.pass(2 * minuteMs);
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('a file of comments alone moves its position, durably', async () => {
  await using following = await Following.create();
  await following.write(first, header);
  await following.start();
  await following.scan();
  assert.equal(following.memory.file(first)?.offset, header.length);
  assert.deepEqual(following.memory.file(first)?.columns?.length, 12);
});

test('a row over the limit is skipped whole and counted, and its neighbours are intact', async () => {
  await using following = await Following.create();
  await following.write(first, header + row('s0') + row('long', 'x'.repeat(3 * 1024 * 1024)) + row('s1'));
  await following.start({ limits: { sliceBytesMax: 50_000, inFlightBytesMax: 100_000 } });
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
  assert.equal((await following.lane()).rows.error, 1);
  await following.append(first, row('s2'));
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1', 's2']);
});

test('a restart in the middle of a row over the limit skips its rest', async () => {
  await using following = await Following.create();
  const long = row('long', 'x'.repeat(3 * 1024 * 1024));
  await following.write(first, header + row('s0') + long.slice(0, 2 * 1024 * 1024));
  await following.start();
  await following.scan();
  assert.notEqual(following.memory.file(first)?.skippingFrom, null);
  await following.kill();
  await following.append(first, long.slice(2 * 1024 * 1024) + row('s1'));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('NULs at the end wait until they are written, or until the writer goes on behind them', async () => {
  await using following = await Following.create();
  const start = header + row('s0');
  await following.write(first, start);
  await truncate(following.path(first), start.length + 5000);
  await following.start();
  await following.scan();
  assert.equal(following.memory.file(first)?.offset, start.length);
  const handle = await open(following.path(first), 'r+');
  await handle.write(row('s1'), start.length);
  await handle.close();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
  await following.append(first, row('s2'));
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1', 's2']);
});

test('a hole of NULs that is larger than a slice is passed over', async () => {
  await using following = await Following.create();
  const start = header + row('s0');
  await following.write(first, start);
  await truncate(following.path(first), 20 * 1024 * 1024);
  await following.append(first, row('s1'));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('an unclosed quote damages one row', async () => {
  await using following = await Following.create();
  await following.write(
    first,
    header + row('s0') + row('bad', '"never closed') + row('s1', '"a ""quoted"" text, whole"') + row('s2'),
  );
  await following.start();
  await following.scan();
  const others = following.sessions.filter((session) => session !== 'bad');
  assert.deepEqual(others, ['s0', 's1', 's2']);
});

const otherColumns = '#Fields: sessionId,dateTime,seqNumber,cIp,sIp,user,command,context\r\n';

function otherRow(session: string): string {
  return `${session},2026-11-20T10:00:01.204Z,0,10.1.2.3:51234,10.0.0.1:995,,OpenSession,\r\n`;
}

test('a file that is resumed in the middle is read by the columns in force there', async () => {
  await using following = await Following.create();
  await following.write(first, header + row('s0') + otherColumns + otherRow('s1'));
  await following.start();
  await following.scan();
  await following.kill();
  await following.append(first, otherRow('s2'));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1', 's2']);
  assert.equal((await following.lane()).rows.error, 0);
});

test('a header that is split over a restart takes over when it is whole', async () => {
  await using following = await Following.create();
  await following.write(first, header + row('s0') + otherColumns.slice(0, 20));
  await following.start();
  await following.scan();
  await following.stop();
  await following.append(first, otherColumns.slice(20) + otherRow('s1'));
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1']);
});

test('rows with too few columns are counted, rows with too many are read, and their neighbours are intact', async () => {
  await using following = await Following.create();
  await following.write(
    first,
    `${header}${row('s0')}2026-11-20T10:00:01.204Z,short\r\n${row('s1').trimEnd()},more,and more\r\n${row('s2')}`,
  );
  await following.start();
  await following.scan();
  assert.deepEqual(following.sessions, ['s0', 's1', 's2']);
  const { rows: counted } = await following.lane();
  assert.deepEqual(counted, { event: 3, ignored: 0, error: 1 });
  assert.equal(following.memory.file(first)?.extraColumnsNoted, true);
});

for (const power of [31, 32]) {
  test(`positions past 2^${power} bytes are exact`, async () => {
    await using following = await Following.create();
    await following.write(second, header);
    await following.start();
    await following.scan();
    await following.stop();
    const [lane] = following.memory.lanes.values();
    assert.ok(lane !== undefined);
    // A file with a hole up to the power of two, and a state that has read up to a row that lies across it.
    const before = 2 ** power - 50;
    await writeFile(following.path(first), '');
    await truncate(following.path(first), before);
    await following.append(first, row('s0') + row('s1'));
    const offset = before + row('s0').length;
    const from = guardStart(offset);
    const bytes = Buffer.concat([Buffer.alloc(before - from), Buffer.from(row('s0'))]);
    following.memory.files.set('far', {
      ...fromTheStart,
      id: 'far',
      lane: lane.id,
      path: following.path(first),
      locator: null,
      prefix: hashOfRange(0, Buffer.alloc(prefixLength(offset))),
      guard: hashOfRange(from, bytes),
      offset,
      epoch: 0,
      grewAt: 0,
      missingSince: null,
    });
    await following.start();
    await following.scan();
    assert.deepEqual(following.sessions, ['s1']);
    assert.equal(following.memory.events[0]?.offset, offset);
    assert.equal(following.memory.file(first)?.offset, offset + row('s1').length);
  });
}
