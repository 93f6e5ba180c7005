import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { asOrdinaryUser } from '../../unit/agent/ordinary-user.ts';
import { missing } from '../../require.ts';
import { Following, HandClock, header, minuteMs, row, rows, sessions, until, within } from './following.ts';

const first = 'POP32026112010-1.LOG';
const second = 'POP32026112011-1.LOG';

function sorted(names: readonly string[]): string[] {
  return names.toSorted();
}

test('of 10,000 files five grow: all are read, few are open, and the live ones are not starved', async () => {
  await using following = await Following.create();
  const servers = ['EX01', 'EX02', 'EX03', 'EX04', 'EX05'];
  const hours = 2000;
  const pathOf = (server: string, hour: number): string => {
    const label = new Date(Date.UTC(2026, 0, 1, hour)).toISOString().slice(0, 13).replaceAll(/\D/g, '');
    return join(following.top, server, 'Logging', 'Pop3', `POP3${label}-1.LOG`);
  };
  // Most are empty, which costs the test little and the agent a look.
  const rowsOf = (server: string, hour: number): string => (hour % 20 < 19 ? '' : row(`${server} ${hour}`));
  for (const server of servers) {
    await mkdir(join(following.top, server, 'Logging', 'Pop3'), { recursive: true });
    for (let hour = 0; hour < hours; hour++) writeFileSync(pathOf(server, hour), rowsOf(server, hour));
  }
  const agent = await following.start({
    logs: [{ path: following.top, watch: false, scanEveryMs: 300 }],
    limits: { handlesMax: 16 },
  });
  let openMost = 0;
  const watching = setInterval(() => (openMost = Math.max(openMost, agent.status().openFiles)), 1);
  try {
    await within(agent.scanNow(), 'the files were not read to their end', 60_000);
    for (const server of servers) appendFileSync(pathOf(server, hours - 1), row(`${server} live`));
    const all = servers.length * (hours / 20 + 1);
    await until(() => following.sessions.length === all, 'the live rows were not read', 60_000);
  } finally {
    clearInterval(watching);
  }
  assert.ok(openMost > 0 && openMost <= 16, `${openMost} files were open`);
  // What is live comes before what is old.
  const slices = following.memory.delivered.map(({ slice }) => slice);
  for (const server of servers) {
    assert.equal(slices.find(({ lane }) => lane.server === server)?.file.path, pathOf(server, hours - 1));
  }
});

test('without any watching everything is found by the next scan', async () => {
  await using following = await Following.create();
  await following.start({ logs: [{ path: following.top, watch: false, scanEveryMs: 10 }] });
  await following.write(first, header + rows(0, 5));
  await until(() => following.sessions.length === 5, 'the file was not found');
  await following.append(first, rows(5, 5));
  await until(() => following.sessions.length === 10, 'the rows were not found');
});

test('with watching a row is read long before the next scan', async () => {
  await using following = await Following.create();
  await following.write(first, header);
  await following.start({ logs: [{ path: following.top, watch: true, scanEveryMs: 3_600_000 }] });
  await following.scan();
  let number = 0;
  // Watching starts some time after it was asked for.
  await until(() => {
    if (following.sessions.length === 0) void following.append(first, row(`s${number++}`));
    return following.sessions.length > 0;
  }, 'a row did not wake the scan');
});

test('rows are read although size and time of the file say that nothing has changed', async () => {
  await using following = await Following.create();
  await following.write(first, header);
  await following.start();
  const longAgo = new Date('2020-01-01T00:00:00Z');
  await utimes(following.path(first), longAgo, longAgo);
  await following.scan();
  for (let index = 0; index < 5; index++) {
    await following.append(first, row(`s${index}`));
    await utimes(following.path(first), longAgo, longAgo);
    await following.scan();
  }
  assert.deepEqual(following.sessions, sessions(0, 5));
});

test('a share that is away for ten minutes and comes back loses nothing and sends nothing again', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + rows(0, 5));
  await following.write(second, header + rows(5, 5));
  const torn = row('torn');
  const agent = await following.start({ clock });
  await following.scan();
  await following.append(second, torn.slice(0, 50));
  await following.scan();
  const away = `${following.top}-away`;
  await rename(following.top, away);
  try {
    for (let minute = 0; minute < 10; minute++) {
      clock.pass(minuteMs);
      await following.scan();
    }
    assert.match(agent.status().paths[0]?.error ?? '', /ENOENT/);
    assert.match((await following.lane()).scanError ?? '', /cannot list/);
    assert.equal((await following.lane()).bytesLost, 0);
  } finally {
    await rename(away, following.top);
  }
  await following.append(second, torn.slice(50) + rows(10, 5));
  await following.scan();
  assert.deepEqual(sorted(following.sessions), sorted([...sessions(0, 15), 'torn']));
  const { scanError, rows: counted } = await following.lane();
  assert.equal(scanError, null);
  assert.equal(counted.error, 0, 'a row that was torn when the share went is whole when it is back');
});

test('an empty folder where another file system was mounted proves nothing', async (t) => {
  await using following = await Following.create();
  const mounted = await mkdtemp('/dev/shm/straggler-agent-').catch(() => null);
  if (mounted === null) return missing(t, 'a second file system at /dev/shm');
  try {
    if ((await stat(mounted)).dev === (await stat(following.top)).dev)
      return missing(t, 'a second file system: /dev/shm is the one of the temporary folder');
    // A link stands for the mount: it leads to the other file system, then to an empty folder of this one.
    const path = join(following.top, 'mount');
    const bare = join(following.top, 'bare');
    await mkdir(bare);
    await symlink(mounted, path);
    await writeFile(join(mounted, first), header + rows(0, 5));
    await following.start({ logs: [{ path, server: 'EX01', watch: false, scanEveryMs: 3_600_000 }] });
    await following.scan();
    await appendFile(join(mounted, first), 'half a row');
    await following.scan();
    await rm(path);
    await symlink(bare, path);
    for (let scan = 0; scan < 4; scan++) await following.scan();
    const lane = await following.lane();
    assert.match(lane.scanError ?? '', /is it mounted/);
    assert.equal(lane.bytesLost, 0);
    assert.equal(following.memory.file(first)?.missingSince, null);
    await rm(path);
    await symlink(mounted, path);
    await appendFile(join(mounted, first), `\r\n${row('s5')}`);
    await following.scan();
    assert.deepEqual(following.sessions, sessions(0, 6));
    assert.equal((await following.lane()).scanError, null);
  } finally {
    await rm(mounted, { recursive: true });
  }
});

test('a restart while the share is away, and its return after that, send nothing again', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.start();
  await following.scan();
  await following.stop();
  const away = `${following.top}-away`;
  await rename(following.top, away);
  try {
    const agent = await following.start();
    await agent.firstScanDelivered;
    // The lane of the earlier run is there, and says why it stands still.
    assert.match((await following.lane()).scanError ?? '', /cannot list/);
  } finally {
    await rename(away, following.top);
  }
  await following.append(first, rows(5, 5));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 10));
});

test('a PATH that is missing at the start is named and waited for', async () => {
  await using following = await Following.create();
  const path = join(following.top, 'later', 'Pop3');
  const agent = await following.start({
    logs: [{ path, server: 'EX05', protocols: ['pop3'], watch: false, scanEveryMs: 10 }],
  });
  await agent.firstScanDelivered;
  assert.match(agent.status().paths[0]?.error ?? '', /cannot list .*later.*ENOENT/);
  const lane = await following.lane();
  assert.deepEqual([lane.server, lane.protocol, lane.readBack.done], ['EX05', 'pop3', false]);
  await mkdir(path, { recursive: true });
  await rename(await put(following, header + rows(0, 5)), join(path, first));
  await until(() => following.sessions.length === 5, 'the folder was not found when it came');
  assert.deepEqual([...new Set(following.memory.events.map(({ server }) => server))], ['EX05']);
});

async function put(following: Following, text: string): Promise<string> {
  await following.write('parked', text);
  return following.path('parked');
}

test('a folder that cannot be listed is read when it can be, and nothing is concluded meanwhile', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await chmod(following.top, 0o755);
  if (process.geteuid?.() === 0) await chown(following.folder, 65_534, 65_534);
  await asOrdinaryUser(async () => {
    await chmod(following.folder, 0o000);
    const agent = await following.start();
    await agent.firstScanDelivered;
    assert.match(agent.status().paths[0]?.error ?? '', /EACCES|EPERM/);
    await chmod(following.folder, 0o755);
    await following.scan();
    assert.deepEqual(following.sessions, sessions(0, 5));
    assert.equal(agent.status().paths[0]?.error, null);
  });
});

test('a file that cannot be opened is tried again, holds up no other and is named', async () => {
  await using following = await Following.create();
  await following.write(first, header + rows(0, 5));
  await following.write(second, header + rows(5, 5));
  await chmod(following.top, 0o755);
  if (process.geteuid?.() === 0) await chown(following.path(first), 65_534, 65_534);
  await asOrdinaryUser(async () => {
    await chmod(following.path(first), 0o000);
    await following.start({ logs: [{ path: following.top, watch: false, scanEveryMs: 5 }] });
    await following.scan();
    assert.deepEqual(following.sessions, sessions(5, 5));
    const lane = await following.lane();
    assert.match(lane.scanError ?? '', /cannot read .*POP32026112010-1/);
    assert.equal(lane.readBack.done, false);
    await chmod(following.path(first), 0o644);
    await until(() => following.sessions.length === 10, 'the file was not tried again');
    assert.equal((await following.lane()).scanError, null);
  });
});

test('while a path cannot be opened no missing file is given up: it may be the one', async () => {
  await using following = await Following.create();
  const torn = row('s5');
  await following.write(first, header + rows(0, 5) + torn.slice(0, 50));
  await chmod(following.top, 0o755);
  if (process.geteuid?.() === 0) {
    await chown(following.folder, 65_534, 65_534);
    await chown(following.path(first), 65_534, 65_534);
  }
  await asOrdinaryUser(async () => {
    await following.start();
    await following.scan();
    await following.stop();
    await rename(following.path(first), following.path(second));
    await chmod(following.path(second), 0o000);
    await following.start();
    for (let scan = 0; scan < 5; scan++) await following.scan();
    assert.equal((await following.lane()).bytesLost, 0);
    await chmod(following.path(second), 0o644);
    await following.append(second, torn.slice(50));
    await until(() => {
      void following.agent?.scanNow();
      return following.sessions.length === 6;
    }, 'the file was not read on');
  });
});

test('files that vanish while they are listed and opened are no error', async () => {
  await using following = await Following.create();
  const names = Array.from({ length: 200 }, (_, index) => `POP320261120-${index + 1}.LOG`);
  for (const [index, name] of names.entries()) await following.write(name, header + row(`s${index}`));
  const agent = await following.start();
  const scanning = following.scan();
  for (const name of names.slice(0, 100)) await rm(following.path(name));
  await scanning;
  await following.scan();
  const counted = new Set(following.sessions);
  for (const session of sessions(100, 100)) assert.ok(counted.has(session), session);
  assert.equal(agent.status().paths[0]?.error, null);
  assert.equal((await following.lane()).scanError, null);
});

test('a process that runs out of file handles backs off and loses nothing', async () => {
  const child = spawn(
    'sh',
    [
      '-c',
      'ulimit -n 64; exec "$0" "$1"',
      process.execPath,
      fileURLToPath(new URL('out-of-handles.ts', import.meta.url)),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, output);
  assert.match(output, /out of handles: .*EMFILE/);
  assert.match(output, /read 100 rows/);
});

test('a wall clock that jumps forward and back loses and forgets nothing', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + rows(0, 5));
  await following.start({ clock });
  await following.scan();
  for (const days of [400, -800, 400]) {
    clock.jump(days * 86_400_000);
    await following.append(first, row(`jump${days}${following.sessions.length}`));
    await following.scan();
    await following.stop();
    await following.start({ clock });
    await following.scan();
  }
  assert.equal(following.sessions.length, 8);
  assert.equal(following.memory.files.size, 1);
});

test('a file that complete scans have missed for thirty days is forgotten, and not before', async () => {
  await using following = await Following.create();
  const clock = new HandClock();
  await following.write(first, header + rows(0, 5));
  await following.write(second, header);
  await following.start({ clock });
  await following.scan();
  await rm(following.path(first));
  for (let scan = 0; scan < 3; scan++) await following.scan();
  clock.pass(29 * 86_400_000);
  await following.scan();
  assert.equal(following.memory.files.size, 2);
  clock.pass(2 * 86_400_000);
  await following.scan();
  await until(() => following.memory.files.size === 1, 'the file was not forgotten');
});
