import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ipv4 } from '../../../src/simulator/client-address.ts';
import { columnsWithPuid } from '../../../src/simulator/log-format.ts';
import type { ServerPlan } from '../../../src/simulator/server.ts';
import { createWorld, type World, type WorldOptions } from '../../../src/simulator/world.ts';
import { scratchFolder } from './scratch.ts';

const startMs = Date.UTC(2026, 10, 20, 10, 58);
const minuteMs = 60_000;

/** One copier that opens every ten seconds or so: one row each time. */
function copierWorld(
  context: TestContext,
  options: Partial<WorldOptions> = {},
  server: Partial<ServerPlan> = {},
): World {
  return createWorld({
    directory: scratchFolder(context),
    seed: 1,
    startMs,
    servers: [{ name: 'EX01', protocols: ['imap4'], backEnd: false, ...server }],
    devices: [
      {
        name: 'copier',
        profile: 'openOnly',
        protocol: 'imap4',
        address: ipv4('10.0.9.9'),
        server: 'EX01',
        periodMs: 10_000,
      },
    ],
    ...options,
  });
}

function folderOf(world: World): string {
  const file = world.currentFile('EX01', 'imap4');
  assert.ok(file !== null, 'no file has been written yet');
  return dirname(file);
}

function rowsOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\r\n')
    .filter((line) => line.startsWith('2026-'));
}

test('a new hour makes a new file only when a row is written', (context) => {
  using world = copierWorld(context, { devices: [] });
  assert.equal(world.currentFile('EX01', 'imap4'), null);
  world.addDevice({
    name: 'seldom',
    profile: 'openOnly',
    protocol: 'imap4',
    address: ipv4('10.0.9.9'),
    server: 'EX01',
    fromMs: startMs + minuteMs,
    periodMs: 150 * minuteMs,
  });
  world.advanceTo(startMs + 240 * minuteMs);
  assert.deepEqual(readdirSync(folderOf(world)).toSorted(), ['IMAP42026112010-1.LOG', 'IMAP42026112013-1.LOG']);
});

test('every row stands in the file of its own hour, and in the order of time', (context) => {
  using world = copierWorld(context);
  world.advanceTo(startMs + 10 * minuteMs);
  const [old, young] = readdirSync(folderOf(world)).toSorted();
  assert.deepEqual([old, young], ['IMAP42026112010-1.LOG', 'IMAP42026112011-1.LOG']);
  const before = rowsOf(join(folderOf(world), old ?? ''));
  const after = rowsOf(join(folderOf(world), young ?? ''));
  assert.ok(before.length > 5 && before.every((row) => row.startsWith('2026-11-20T10:')));
  assert.ok(after.length > 20 && after.every((row) => row.startsWith('2026-11-20T11:')));
  assert.deepEqual(after, after.toSorted());
});

test('the last row of the old hour can come after the new file has appeared', (context) => {
  using world = copierWorld(context, { style: { lateChance: 1 } });
  let appearedAtRows: number | null = null;
  for (let second = 0; second < 600; second += 1) {
    world.advanceBy(1000);
    if (world.currentFile('EX01', 'imap4') === null) continue;
    const names = readdirSync(folderOf(world)).toSorted();
    if (names.length === 2 && appearedAtRows === null) {
      appearedAtRows = rowsOf(join(folderOf(world), names[0] ?? '')).length;
    }
  }
  const rows = rowsOf(join(folderOf(world), 'IMAP42026112010-1.LOG')).length;
  assert.equal(rows, (appearedAtRows ?? 0) + 1);
  assert.ok(world.truth().sources[0]?.rows);
});

test('a size quota makes numbered files within the hour, and a number can be skipped', (context) => {
  using world = copierWorld(context, {}, { quotaBytes: 1500, rollOver: 'daily' });
  world.advanceTo(startMs + 4 * minuteMs);
  const before = readdirSync(folderOf(world)).length;
  assert.ok(before >= 2);
  assert.ok(world.currentFile('EX01', 'imap4')?.endsWith(`IMAP420261120-${before}.LOG`));
  world.jumpNumber('EX01', 'imap4', 2);
  world.advanceBy(minuteMs / 2);
  assert.ok(world.currentFile('EX01', 'imap4')?.endsWith(`IMAP420261120-${before + 3}.LOG`));
});

test('a torn row counts when its rest has been written', (context) => {
  using world = copierWorld(context, { style: { tornChance: 1 } });
  world.advanceTo(startMs + minuteMs);
  const path = world.currentFile('EX01', 'imap4') ?? '';
  assert.ok(!readFileSync(path, 'utf8').endsWith('\r\n'));
  const whole = readFileSync(path, 'utf8').split('\r\n').length - 1 - 6;
  assert.equal(world.truth().sources[0]?.rows, whole);
  world.settle();
  assert.ok(readFileSync(path, 'utf8').endsWith('\r\n'));
  assert.equal(world.truth().sources[0]?.rows, whole + 1);
});

test('a restarted service repeats its header, perhaps with other columns, and counts sessions from 1 again', (context) => {
  using world = copierWorld(context);
  world.advanceTo(startMs + minuteMs);
  world.restartService('EX01', 'imap4', columnsWithPuid);
  world.advanceBy(minuteMs / 2);
  const lines = readFileSync(world.currentFile('EX01', 'imap4') ?? '', 'utf8').split('\r\n');
  const again = lines.lastIndexOf('#Software: Microsoft Exchange Server');
  assert.ok(again > 6);
  assert.ok(lines[again + 4]?.endsWith(',context,puid'));
  assert.match(lines[again + 5] ?? '', /Z,0000000000000001,0,.*,OpenSession,,,$/);
});

test('batches reach the file at the end of each advance, single rows at once', (context) => {
  using world = copierWorld(context, { style: { mode: 'batch' } });
  world.advanceTo(startMs + minuteMs);
  const path = world.currentFile('EX01', 'imap4') ?? '';
  assert.equal(rowsOf(path).length, world.truth().sources[0]?.rows);
  world.setStyle({ mode: 'row' });
  world.advanceBy(minuteMs / 2);
  assert.equal(rowsOf(path).length, world.truth().sources[0]?.rows);
});
