/** What `state rewind` refuses to do by halves, on states as `run` and agents leave them. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { embeddedMigrations, SightingTables } from '../../../src/delivery/embedded/sighting-tables.ts';
import { outboxMigrations } from '../../../src/delivery/kafka/outbox-tables.ts';
import type { FileRecord, LaneRecord } from '../../../src/delivery/records.ts';
import { AgentTables } from '../../../src/delivery/store/agent-tables.ts';
import { openState } from '../../../src/delivery/store/open-state.ts';
import { encodeSighting } from '../../../src/sighting/codec.ts';
import { emptySighting, sightingKey } from '../../../src/sighting/sighting.ts';
import type { Ended } from '../../processes/run-straggler.ts';
import { stateCommand } from '../../processes/state-command.ts';
import { fileRecord, laneRecord } from '../delivery/kafka/agent-events.ts';
import { StateFolder } from '../delivery/store/state-folder.ts';

function lane(id: string, folder: StateFolder, change: Partial<LaneRecord> = {}): LaneRecord {
  return { ...laneRecord(id), root: folder.parent, ...change };
}

/** One file of each lane, there and read. */
function read(folder: StateFolder, lanes: readonly LaneRecord[]): FileRecord[] {
  return lanes.map(({ id }) => {
    const path = join(folder.parent, `${id}.LOG`);
    writeFileSync(path, 'x'.repeat(100));
    return { ...fileRecord(id, 100), id: `file-of-${id}`, path };
  });
}

/** A state of `run` with these lanes, a file read of each, and a client of each server and protocol named. */
async function stateOfRun(folder: StateFolder, lanes: readonly LaneRecord[], known: readonly string[]): Promise<void> {
  const state = await folder.open({ migrations: embeddedMigrations });
  const sightings = known.map((name) => {
    const [protocol, server] = name.split(' ') as [LaneRecord['protocol'], string];
    const sighting = { ...emptySighting(protocol, server, '10.1.2.3', 'bounded'), firstSeen: 1, lastSeen: 2 };
    return [sightingKey(protocol, server, '10.1.2.3'), encodeSighting(sighting)] as const;
  });
  new SightingTables(state).commit({ sightings, lanes, files: read(folder, lanes), forgottenFiles: [] });
  state.database.close();
}

async function rewind(folder: StateFolder, options: Readonly<Record<string, unknown>>): Promise<Ended> {
  return await stateCommand('rewind', { state: folder.path, since: 'all', counts: 'drop', ...options });
}

async function known(folder: StateFolder): Promise<string[]> {
  const { out } = await stateCommand('export', { state: folder.path, format: 'csv' });
  return out
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',').slice(0, 2).join(' '));
}

test('counts are dropped only where every lane that counts into them is read again', async () => {
  using folder = new StateFolder();
  const lanes = [lane('a', folder), lane('b', folder, { root: '/elsewhere' }), lane('c', folder, { server: 'EX02' })];
  await stateOfRun(folder, lanes, ['pop3 EX01', 'pop3 EX02']);
  const half = await rewind(folder, { lane: ['a'] });
  assert.equal(half.code, 1);
  assert.match(
    half.errors,
    /^straggler: --counts drop: EX01 pop3 in \/elsewhere counts into the same sightings and would not be read again\.\n {2}Rewind it too: leave out --lane\.\n$/,
  );
  const away = await rewind(folder, { server: ['EX01'] });
  assert.match(away.errors, /^straggler: The logs in \/elsewhere cannot be listed: ENOENT/);
  rmSync(join(folder.parent, 'c.LOG'));
  const empty = await rewind(folder, { lane: ['c'] });
  assert.match(
    empty.errors,
    /^straggler: None of the 1 files of EX02 pop3 is in .* any more\.\n {2}Is the file system there/,
  );
  assert.deepEqual(await known(folder), ['pop3 EX01', 'pop3 EX02'], 'nothing was written');
  writeFileSync(join(folder.parent, 'c.LOG'), '');
  const other = await rewind(folder, { lane: ['c'] });
  assert.deepEqual([other.code, other.errors], [0, '']);
  assert.deepEqual(await known(folder), ['pop3 EX01'], 'and what others have counted stays');
});

test('SMTP counts go together, because rows name their server themselves', async () => {
  using folder = new StateFolder();
  const lanes = [
    lane('a', folder, { protocol: 'smtp' }),
    lane('b', folder, { protocol: 'smtp', server: 'EX02' }),
    lane('c', folder),
  ];
  await stateOfRun(folder, lanes, ['smtp EX01', 'smtp EX02', 'smtp EX09', 'pop3 EX01']);
  const half = await rewind(folder, { server: ['EX01'], protocol: ['smtp'] });
  assert.match(
    half.errors,
    /EX02 smtp in .* would not be read again\.\n {2}Rewind it too: leave out --lane and --server\.\n$/,
  );
  const whole = await rewind(folder, { protocol: ['smtp'] });
  assert.deepEqual([whole.code, whole.errors], [0, '']);
  assert.deepEqual(await known(folder), ['pop3 EX01']);
});

test('a lane of which nothing was read is rewound without a word on the counts, an empty state not at all', async () => {
  using folder = new StateFolder();
  const state = await folder.open({ kind: 'kafka', migrations: outboxMigrations });
  new AgentTables(state).apply({ lanes: [lane('a', folder, { horizon: 5 })] });
  state.database.close();
  const done = await rewind(folder, { counts: undefined });
  assert.deepEqual([done.code, done.errors], [0, '']);
  const shown = await stateCommand('show', { state: folder.path, format: 'json' });
  const { lanes } = JSON.parse(shown.out) as { lanes: { id: string; horizon: string | null }[] };
  assert.deepEqual(
    lanes.map(({ id, horizon }) => [id === 'a', horizon]),
    [[false, null]],
  );
  using empty = new StateFolder();
  await empty.make({ migrations: embeddedMigrations });
  const none = await rewind(empty, {});
  assert.match(none.errors, /\n {2}The state has none: nothing was followed yet\.\n$/);
});

test('without --state it is the one state of this platform; two are to be told apart, none is said', async (t) => {
  using folder = new StateFolder();
  const before = process.env['STATE_DIRECTORY'];
  process.env['STATE_DIRECTORY'] = folder.parent;
  t.after(() => {
    if (before === undefined) delete process.env['STATE_DIRECTORY'];
    else process.env['STATE_DIRECTORY'] = before;
  });
  const show = async (): Promise<Ended> => await stateCommand('show', { format: 'json' });
  assert.match(
    (await show()).errors,
    /^straggler: There is no state in .*run or .*agent\.\n {2}Name its folder with --state/,
  );
  const make = async (name: 'run' | 'agent'): Promise<void> => {
    const kind = name === 'run' ? 'embedded' : 'kafka';
    const migrations = name === 'run' ? embeddedMigrations : outboxMigrations;
    (await openState(`${folder.parent}/${name}`, { kind, programVersion: '1', migrations })).database.close();
  };
  await make('agent');
  assert.match((await show()).out, /"kind":"agent"/);
  await make('run');
  assert.match((await show()).errors, /^straggler: There are two states, in .*run and in .*agent\.\n {2}Name one/);
});
