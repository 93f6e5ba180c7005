import assert from 'node:assert/strict';
import { mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Following, HandClock, header, row, rows, sessions, until } from './following.ts';

const first = 'POP32026112010-1.LOG';
const second = 'POP32026112011-1.LOG';
const third = 'POP32026112012-1.LOG';

test('every byte that was read is durable, in flight or refused, at any moment', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 500));
  await following.write(second, header + rows(500, 500));
  const agent = await following.start({ limits: { sliceBytesMax: 2048, inFlightBytesMax: 8192 } });
  following.delivery.refuseNext = 2;
  let looks = 0;
  const looking = setInterval(() => {
    const { read, durable, inFlight, refused } = agent.status().bytes;
    assert.equal(read, durable + inFlight + refused);
    looks++;
  }, 1);
  await following.scan();
  clearInterval(looking);
  assert.ok(looks > 0);
  const { bytes } = agent.status();
  assert.equal(bytes.durable, 2 * header.length + rows(0, 1000).length);
  assert.equal(bytes.inFlight, 0);
  assert.ok(bytes.refused > 0);
  assert.deepEqual((await following.lane()).rows, { event: 1000, ignored: 0, error: 0 });
});

test('a lane reads back until it has caught up with what was there, and what comes later is live', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 50));
  const agent = await following.start();
  assert.equal(following.memory.lanes.size, 0);
  await agent.firstScanDelivered;
  assert.deepEqual(
    [...following.memory.lanes.values()].map(({ readBackDone }) => readBackDone),
    [true],
  );
  const { readBack, lastScanAt, filesFound, filesFollowed, backlogBytes } = await following.lane();
  const size = Buffer.byteLength(header + rows(0, 50));
  assert.deepEqual(readBack, { done: true, bytesRead: size, bytesTotal: size });
  assert.deepEqual([filesFound, filesFollowed, backlogBytes], [1, 1, 0]);
  assert.notEqual(lastScanAt, null);
  await following.append(first, row('s50'));
  await following.scan();
  assert.deepEqual(
    following.memory.delivered.map(({ slice }) => slice.readingBack),
    [true, false],
  );
  await following.stop();
  await following.append(first, row('s51'));
  await following.start();
  await following.scan();
  assert.equal(following.memory.delivered.at(-1)?.slice.readingBack, false, 'and stays live over a restart');
});

test('how much there is to read back is said while it is read', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 50));
  await following.start({ limits: { sliceBytesMax: 1024 } });
  following.delivery.hold();
  const size = Buffer.byteLength(header + rows(0, 50));
  await until(() => following.reports.at(-1)?.lanes[0]?.readBack.bytesTotal === size, 'the total was not said');
  const lane = await following.lane();
  assert.deepEqual(lane.readBack, { done: false, bytesRead: 0, bytesTotal: size });
  assert.equal(lane.backlogBytes, size);
  assert.notEqual(lane.oldestUnackedAt, null);
  following.delivery.release();
});

test('files that ended before the horizon are left alone, and rows before it make no events', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  clock.jump(Date.parse('2026-11-20T12:30:00Z') - Date.now());
  const late = row('late').replace('10:00:01.204', '12:01:00.000');
  await following.write(first, header + row('skipped'));
  await following.write(second, header + row('before'));
  await following.write(third, header + row('before-too') + late);
  await following.start({ clock, readBackMs: 3_600_000 / 2 });
  await following.scan();
  assert.deepEqual(following.sessions, ['late']);
  const lane = await following.lane();
  assert.deepEqual([lane.filesFound, lane.filesFollowed], [3, 2]);
  // The horizon stays where it was when the lane was made.
  await following.stop();
  clock.pass(48 * 3_600_000);
  await following.append(third, late.replace('late', 'later'));
  await following.start({ clock, readBackMs: 3_600_000 / 2 });
  await following.scan();
  assert.deepEqual(following.sessions, ['late', 'later']);
});

test('in a file without end the first wanted row is searched for, and what is older is not even read', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  clock.jump(Date.parse('2026-11-20T12:00:00Z') - Date.now());
  const at = (minute: number): string => new Date(Date.UTC(2026, 10, 1) + minute * 60_000).toISOString();
  // A row a minute for twenty days, with other columns from the tenth day on.
  const minutes = 20 * 24 * 60;
  let text = header;
  for (let minute = 0; minute < minutes; minute++) {
    if (minute === minutes / 2) text += '#Fields: dateTime,sessionId,seqNumber,cIp,command\r\n';
    text +=
      minute < minutes / 2
        ? row(`m${minute}`).replace('2026-11-20T10:00:01.204Z', at(minute))
        : `${at(minute)},m${minute},0,10.1.2.3:51234,OpenSession\r\n`;
  }
  await following.write('POP3202611-1.LOG', text);
  await following.start({ clock, readBackMs: 2 * 86_400_000 });
  await following.scan();
  // Two days before noon of the 20th, and the agent has started a moment after that.
  const first = 17.5 * 24 * 60 + 1;
  assert.equal(following.sessions[0], `m${first}`);
  assert.equal(following.sessions.length, minutes - first);
  const { readBack, backlogBytes } = await following.lane();
  assert.ok(readBack.bytesRead < text.length / 4, `${readBack.bytesRead} of ${text.length} bytes were read`);
  assert.equal(backlogBytes, 0);
  // It is the same file after a restart.
  await following.stop();
  await following.append('POP3202611-1.LOG', `${at(minutes)},later,0,10.1.2.3:51234,OpenSession\r\n`);
  await following.start({ clock, readBackMs: 2 * 86_400_000 });
  await following.scan();
  assert.equal(following.sessions.length, minutes - first + 1);
});

test('a lane that reads back nothing still follows the newest file, and counts only what comes', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  clock.jump(Date.parse('2026-11-20T10:30:00Z') - Date.now());
  await following.write(first, header + row('before'));
  await following.start({ clock, readBackMs: 'none' });
  await following.scan();
  await following.append(first, row('after').replace('10:00:01.204', '10:31:00.000'));
  await following.scan();
  assert.deepEqual(following.sessions, ['after']);
});

test('servers and protocols are lanes of their own, and each server gets its report', async () => {
  await using following = await Following.create();
  const other = join(following.top, 'EX02', 'Logging', 'Imap4');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'IMAP42026112010-1.LOG'), header + row('imap'));
  await following.write(first, header + row('pop'));
  await following.write('IMAP42026112010-1.LOG', header + row('mixed'));
  await following.write('POP3BE2026112010-1.LOG', header + row('never'));
  const agent = await following.start();
  await following.scan();
  const lanes = [...following.memory.lanes.values()].map(({ server, protocol, root }) => [server, protocol, root]);
  assert.deepEqual(lanes.toSorted(), [
    ['EX01', 'imap4', following.top],
    ['EX01', 'pop3', following.top],
    ['EX02', 'imap4', following.top],
  ]);
  await until(() => following.reports.length >= 4, 'no reports came');
  const latest = following.reports.slice(-2);
  assert.deepEqual(latest.map(({ server, lanes: of }) => [server, of.length]).toSorted(), [
    ['EX01', 2],
    ['EX02', 1],
  ]);
  assert.equal(latest[0]?.agent, following.delivery.state.agent);
  assert.equal(agent.status().paths[0]?.ignoredFiles, 1);
  assert.deepEqual(following.sessions.toSorted(), ['imap', 'mixed', 'pop']);
});

test('the times of the last row and of the last probe are reported', async () => {
  await using following = await Following.create();
  const probe = row('probe').replace('10.1.2.3:51234', '127.0.0.1:51234').replace('10:00:01.204', '10:05:00.000');
  await following.write(first, header + row('s0') + probe);
  await following.start();
  await following.scan();
  const lane = await following.lane();
  assert.equal(lane.lastRowAt, Date.parse('2026-11-20T10:05:00.000Z'));
  assert.equal(lane.lastProbeAt, Date.parse('2026-11-20T10:05:00.000Z'));
});

test('user names pass the privacy hook before they become events', async () => {
  await using following = await Following.create();
  await following.write(first, header + row('s0').replace(',,39', ',svc-scan,39'));
  await following.start({ keepUser: (user) => `<${user}>` });
  await following.scan();
  assert.deepEqual(following.memory.events[0]?.users, ['<svc-scan>']);
});

test('a prefix of its own needs exactly one protocol', async () => {
  await using following = await Following.create();
  await assert.rejects(following.start({ logs: [{ path: following.top, prefix: 'Mail' }] }), /prefix Mail/);
  await following.write('Mail2026112010-1.LOG', header + rows(0, 3));
  await following.start({
    logs: [{ path: following.top, prefix: 'Mail', protocols: ['pop3'], watch: false, scanEveryMs: 3_600_000 }],
  });
  await following.scan();
  await following.stop();
  await following.append('Mail2026112010-1.LOG', rows(3, 3));
  await following.start({
    logs: [{ path: following.top, prefix: 'Mail', protocols: ['pop3'], watch: false, scanEveryMs: 3_600_000 }],
  });
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 6));
});

test('what rows and probes have proven is proven after a restart and after a kill, with files that have gone since', async () => {
  await using following = await Following.create();
  const probe = row('probe').replace('10.1.2.3:51234', '127.0.0.1:51234').replace('10:00:01.204', '10:05:00.000');
  await following.write(first, header + probe);
  await following.write(second, header + row('s0').replace('10:00:01.204', '11:07:00.000'));
  await following.start();
  await following.scan();
  const proven = [Date.parse('2026-11-20T11:07:00.000Z'), Date.parse('2026-11-20T10:05:00.000Z')];
  await following.stop();
  await unlink(following.path(first));
  await following.start();
  const afterStop = await following.lane();
  assert.deepEqual([afterStop.lastRowAt, afterStop.lastProbeAt], proven);
  await following.append(second, row('s1').replace('10:00:01.204', '11:08:00.000'));
  await following.scan();
  await following.kill();
  await following.start();
  const afterKill = await following.lane();
  assert.deepEqual([afterKill.lastRowAt, afterKill.lastProbeAt], [Date.parse('2026-11-20T11:08:00.000Z'), proven[1]]);
  assert.deepEqual(following.sessions.toSorted(), ['probe', 's0', 's1'], 'no row was read again for it');
});
