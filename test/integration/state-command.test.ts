/** `straggler state …` on the folders of `run`: beside a live one, after a kill, on damage. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { runAll } from '../../src/cli/run-all.ts';
import { settingsFrom } from '../../src/cli/settings-from.ts';
import type { FolderView } from '../../src/cli/state/folder-view.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type Ended, runStraggler } from '../processes/run-straggler.ts';
import { type commands, stateCommand } from '../processes/state-command.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import { session, writeLog } from '../unit/report/logs.ts';

const oldest = 'EX01/Pop3/POP32026112010-1.LOG';

class Bench {
  readonly top: string;
  readonly logs: string;
  readonly state: string;

  constructor(t: TestContext) {
    this.top = mkdtempSync(join(tmpdir(), 'straggler-state-command-'));
    this.logs = join(this.top, 'logs');
    this.state = join(this.top, 'state');
    t.after(() => rmSync(this.top, { recursive: true, force: true }));
    writeLog(this.logs, oldest, session(), session({ address: '10.1.2.4', user: '=cmd|a' }));
    writeLog(this.logs, 'EX01/Pop3/POP32026112011-1.LOG', session({ at: '2026-11-20T11:00:00.000Z', user: 'other' }));
    writeLog(this.logs, 'EX02/Pop3/POP32026112010-1.LOG', session({ address: '10.1.2.3', local: '10.0.0.2' }));
  }

  run(): StragglerProcess {
    return StragglerProcess.start('run', this.logs, '--state', this.state, '--read-back', 'all');
  }

  /** Reads everything that is there, in this process, and stops. */
  async readAll(): Promise<void> {
    const stop = new AbortController();
    const { settings } = settingsFrom({ listen: '127.0.0.1:0', readBack: 'all' }, [this.logs]);
    const onServing = (url: string): void => {
      void until('all is read', async () => (await fetch(`${url}/readyz`)).ok).finally(() => stop.abort());
    };
    await runAll({ settings, stateDirectory: this.state, logger: silentLogger, signal: stop.signal, onServing });
  }

  /** A command as the command line calls it, in this process. */
  async command(name: keyof typeof commands, options: Readonly<Record<string, unknown>> = {}): Promise<Ended> {
    return await stateCommand(name, { state: this.state, ...options });
  }

  async show(): Promise<FolderView> {
    const { code, out, errors } = await this.command('show', { format: 'json' });
    assert.deepEqual([code, errors], [0, '']);
    return JSON.parse(out) as FolderView;
  }

  async exported(): Promise<string> {
    const { code, out, errors } = await this.command('export', { format: 'csv' });
    assert.deepEqual([code, errors], [0, '']);
    return out;
  }

  /** Names, sizes and times: what any write would change. */
  trace(): string[] {
    return readdirSync(this.state).map((name) => {
      const { size, mtimeNs } = statSync(join(this.state, name), { bigint: true });
      return `${name} ${size} ${mtimeNs}`;
    });
  }
}

/** Rows of each server by the CSV: its eighth and ninth column are connections and rows. */
function rowsOf(csv: string): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const line of csv.trimEnd().split('\r\n').slice(1)) {
    const cells = line.split(',');
    const server = cells[1] ?? '';
    rows[server] = (rows[server] ?? 0) + Number(cells[8]);
  }
  return rows;
}

test('beside a live run: what is shown, verified and exported is what it serves, and its folder is not touched', async (t) => {
  const bench = new Bench(t);
  const inventory = join(bench.top, 'known.csv');
  writeFileSync(inventory, 'cidr,label,owner\n10.1.2.4,Scanner,Facilities\n');
  await using run = bench.run();
  await run.ready();
  const view = await bench.show();
  assert.deepEqual([view.kind, view.inUse, view.layout], ['run', true, 1]);
  assert.deepEqual(
    view.lanes.map(({ server, protocol, files, readBack, lastRow }) => [
      server,
      protocol,
      files,
      readBack.done,
      lastRow,
    ]),
    [
      ['EX01', 'pop3', 2, true, '2026-11-20T11:00:00.000Z'],
      ['EX02', 'pop3', 1, true, '2026-11-20T10:00:00.000Z'],
    ],
  );
  assert.deepEqual(
    view.files.map(({ offset, size }) => [offset, size]),
    view.files.map(({ path }) => [statSync(path).size, statSync(path).size]),
  );
  assert.deepEqual(view.counted, {
    sightings: 3,
    clients: 2,
    connections: 4,
    rows: 12,
    firstSeen: '2026-11-20T10:00:00.000Z',
    lastSeen: '2026-11-20T11:00:00.000Z',
  });
  const served = await (await run.get('/api/v1/export.csv')).text();
  assert.equal((await runStraggler(['state', 'export', '--state', bench.state])).out, served);
  assert.equal(await bench.exported(), served);
  assert.match(served, /,'=cmd\|a,/, 'made harmless for spreadsheets');
  const verified = await bench.command('verify');
  assert.deepEqual([verified.code, verified.errors], [0, '']);
  assert.match(
    verified.out,
    /^ok .* \(in use, layout 1\)\nok .*\nok {7}3 sightings can be read\nok {7}3 files hold what/,
  );
  await run.signal('SIGKILL');
  const before = bench.trace();
  assert.ok(
    before.some((entry) => /-wal [1-9]/.test(entry)),
    'the kill left a log that nobody has applied',
  );
  assert.equal((await bench.show()).inUse, false);
  const labelled = await bench.command('export', { format: 'ndjson', inventory });
  assert.deepEqual(
    labelled.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { address: string; status: string; label: string | null })
      .map(({ address, status, label }) => [address, status, label]),
    [
      ['10.1.2.3', 'unknown', null],
      ['10.1.2.4', 'known', 'Scanner'],
      ['10.1.2.3', 'unknown', null],
    ],
  );
  assert.deepEqual(bench.trace(), before);
});

test('what the logs have proven last is reported after a restart, before any new row', async (t) => {
  const bench = new Bench(t);
  await bench.readAll();
  await using again = bench.run();
  await again.ready();
  let rows: (string | null | undefined)[][] = [];
  await until('the agent has reported', async () => {
    const { agents } = (await (await again.get('/api/v1/agents')).json()) as {
      agents: { server: string; lanes: { lastRow: string | null }[] }[];
    };
    rows = agents.map(({ server, lanes }) => [server, lanes[0]?.lastRow]);
    return rows.length === 2;
  });
  assert.deepEqual(rows.toSorted(), [
    ['EX01', '2026-11-20T11:00:00.000Z'],
    ['EX02', '2026-11-20T10:00:00.000Z'],
  ]);
});

test('a rewind is refused while the state is in use, and without a word on the counts, and then writes nothing', async (t) => {
  const bench = new Bench(t);
  await using run = bench.run();
  await run.ready();
  const trial = await bench.command('rewind', { since: 'all', dryRun: true });
  assert.deepEqual([trial.code, trial.errors], [0, '']);
  assert.match(
    trial.out,
    /^EX01 pop3 in .*\nEX02 pop3 in .*\n--counts keep: .*\n--counts drop: .*\nnothing was written/,
  );
  const inUse = await bench.command('rewind', { since: 'all', counts: 'keep' });
  assert.equal(inUse.code, 1);
  assert.match(inUse.errors, /^straggler: The state in .* is in use\.\n {2}Stop the straggler that uses it/);
  await run.signal('SIGTERM');
  const before = bench.trace();
  const silent = await bench.command('rewind', { since: 'all' });
  assert.equal(silent.code, 1);
  assert.match(silent.errors, /were counted, and it was not said what becomes of that\.\n {2}Give --counts keep/);
  const nobody = await bench.command('rewind', { since: 'all', server: ['EX07'], counts: 'keep' });
  assert.equal(nobody.code, 1);
  assert.match(nobody.errors, /^straggler: No lane is what .*\n {2}There are EX01 pop3 \(.*\), EX02 pop3/);
  const ahead = await bench.command('rewind', { since: '2999-01-01', counts: 'keep' });
  assert.match(ahead.errors, /^straggler: --since: 2999-01-01T00:00:00\.000Z lies ahead/);
  rmSync(bench.logs, { recursive: true });
  const away = await bench.command('rewind', { since: 'all', counts: 'drop' });
  assert.match(away.errors, /^straggler: The logs in .* cannot be listed: ENOENT/);
  assert.deepEqual(bench.trace(), before);
});

test('a rewind that drops counts ends where a first start ends; one that keeps them counts what is read again twice', async (t) => {
  const bench = new Bench(t);
  await bench.readAll();
  const exact = await bench.exported();
  const dropped = await bench.command('rewind', { since: 'all', counts: 'drop' });
  assert.deepEqual([dropped.code, dropped.errors], [0, '']);
  const between = await bench.show();
  assert.deepEqual(
    [between.counted?.sightings, between.lanes.map(({ readBack }) => readBack.done)],
    [0, [false, false]],
  );
  await bench.readAll();
  assert.equal(await bench.exported(), exact);
  const kept = await bench.command('rewind', {
    since: '2026-11-20T10:30',
    server: ['ex01.contoso.test'],
    counts: 'keep',
  });
  assert.deepEqual([kept.code, kept.errors], [0, '']);
  await bench.readAll();
  const twice = await bench.exported();
  assert.deepEqual(rowsOf(exact), { EX01: 9, EX02: 3 });
  assert.deepEqual(rowsOf(twice), { EX01: 12, EX02: 3 }, 'three rows of EX01 are of that time');
  const sets = (csv: string): string[] => csv.split('\r\n').map((line) => line.split(',').slice(0, 3).join());
  assert.deepEqual(sets(twice), sets(exact));
});

test('verify tells what has happened to logs and to the state, each in a sentence, and answers 2 for a problem', async (t) => {
  const bench = new Bench(t);
  await bench.readAll();
  truncateSync(join(bench.logs, oldest), 200);
  writeLog(bench.logs, 'EX02/Pop3/POP32026112010-1.LOG', session({ address: '10.9.9.9' }), session());
  appendFileSync(join(bench.logs, 'EX01/Pop3/POP32026112011-1.LOG'), session({ at: '2026-11-20T11:01:00.000Z' }));
  const logs = await bench.command('verify', { format: 'json' });
  const findings = logs.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { verdict: string; text: string });
  assert.deepEqual(findings.map(({ verdict, text }) => [verdict, text.replaceAll(bench.top, '')]).slice(-3), [
    ['ok', '1 file holds what was read of them, 0 are gone'],
    ['warning', `/logs/${oldest} has 200 bytes, and 805 were read: it was cut`],
    ['warning', '/logs/EX02/Pop3/POP32026112010-1.LOG holds other bytes than those that were read: it is another file'],
  ]);
  assert.equal(logs.code, 0, 'that is no fault of the state');
  const database = new DatabaseSync(join(bench.state, 'straggler.db'));
  database.exec(`UPDATE sightings SET value = replace(value, '10.1.2.4', '10.1.2.5') WHERE key LIKE '%10.1.2.4'`);
  database.exec(`UPDATE files SET checksum = checksum + 1 WHERE id = (SELECT min(id) FROM files)`);
  database.close();
  const torn = await bench.command('verify');
  assert.equal(torn.code, 2);
  assert.match(
    torn.out,
    /PROBLEM {2}the record .* in the table files is not what was written\n {10}Restore the folder/,
  );
  assert.match(torn.out, /PROBLEM {2}the client "pop3 EX01 10\.1\.2\.4" is not what was written/);
  const shown = await bench.command('show');
  assert.deepEqual([shown.code, shown.out], [1, '']);
  assert.match(shown.errors, /is damaged: a record in its table files is not what was written/);
});

test('a state that is damaged in its structure is a problem for verify, and a refusal for everything else', async (t) => {
  const bench = new Bench(t);
  await bench.readAll();
  const whole = join(bench.top, 'whole');
  cpSync(bench.state, whole, { recursive: true });
  truncateSync(join(bench.state, 'straggler.db'), statSync(join(bench.state, 'straggler.db')).size - 4096);
  const verified = await bench.command('verify');
  assert.equal(verified.code, 2);
  assert.match(verified.out, /^PROBLEM {2}/);
  for (const command of ['show', 'export'] as const) {
    const { code, out, errors } = await bench.command(command);
    assert.deepEqual([code, out], [1, ''], command);
    assert.match(errors, /^straggler: The state in .* is damaged: .*\n {2}Restore the folder from a backup/, command);
  }
  truncateSync(join(bench.state, 'straggler.db'), 0);
  const emptied = await bench.command('verify');
  assert.equal(emptied.code, 2);
  assert.match(emptied.out, /^PROBLEM {2}The state in .* has lost its content: straggler\.db is empty\./);
});
