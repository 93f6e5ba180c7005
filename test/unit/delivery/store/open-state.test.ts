import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { State, StateOptions } from '../../../../src/delivery/store/open-state.ts';
import { openState } from '../../../../src/delivery/store/open-state.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { plainState, StateFolder } from './state-folder.ts';

const startAnew =
  'Restore the folder from a backup, or move it away and start again: the logs that are still there are then read ' +
  'from the beginning.';

function says(message: string, remedy: string, retryable = false): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof UserError, `no UserError: ${String(error)}`);
    assert.equal(error.message, message);
    assert.equal(error.remedy, remedy);
    assert.equal(error.retryable, retryable);
    return true;
  };
}

function pragma({ database }: State, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

test('a new state is made with its folders, for its owner alone', async () => {
  using folder = new StateFolder();
  const state = await folder.open();
  assert.equal(pragma(state, 'journal_mode'), 'wal');
  assert.equal(pragma(state, 'synchronous'), 2);
  assert.equal(pragma(state, 'locking_mode'), 'exclusive');
  assert.equal(pragma(state, 'user_version'), 1);
  assert.equal(readFileSync(folder.id, 'utf8'), `${state.id}\n`);
  if (process.platform === 'win32') return;
  assert.equal(statSync(folder.path).mode & 0o777, 0o700);
  for (const file of [folder.database, `${folder.database}-wal`, folder.id]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
});

test('a state keeps its id, and what was committed', async () => {
  using folder = new StateFolder();
  const first = await folder.open();
  first.database.exec(`INSERT INTO lanes VALUES ('lane', '{}', 0)`);
  first.database.close();
  const second = await folder.open();
  assert.equal(second.id, first.id);
  assert.equal(second.database.prepare('SELECT count(*) AS n FROM lanes').get()?.['n'], 1);
});

test('a second straggler is refused while the first one lives (scenario 29)', async () => {
  using folder = new StateFolder();
  await folder.open();
  await assert.rejects(
    folder.open(),
    says(
      `The state folder ${folder.path} is in use by another straggler.`,
      'Stop the other one, or give this one a folder of its own with --state.',
      true,
    ),
  );
});

test('a lock that is let go within the time is waited for (scenario 27)', async () => {
  using folder = new StateFolder();
  const first = await folder.open();
  let tries = 0;
  const monotonic = (): number => {
    // The clock is asked at the start and after each refusal.
    if (++tries === 3) first.database.close();
    return tries;
  };
  const second = await folder.open({ waitMs: 30_000, clock: { now: Date.now, monotonic } });
  assert.equal(second.id, first.id);
  assert.ok(tries >= 3);
});

test('a lock that is not let go within the time is a refusal that says how long it waited', async () => {
  using folder = new StateFolder();
  await folder.open();
  let now = 0;
  const clock = { now: Date.now, monotonic: () => (now += 10_000) };
  await assert.rejects(folder.open({ waitMs: 30_000, clock }), {
    message: `The state folder ${folder.path} is in use by another straggler (waited 30 s).`,
  });
});

test('waiting for a lock ends when it is told to', async () => {
  using folder = new StateFolder();
  await folder.open();
  await assert.rejects(folder.open({ waitMs: 60_000, signal: AbortSignal.timeout(20) }), { name: 'AbortError' });
});

const damages: readonly (readonly [what: string, damage: (folder: StateFolder) => void, sentence: RegExp])[] = [
  [
    'an empty database file',
    (folder) => truncateSync(folder.database, 0),
    /^The state in \S+ has lost its content: straggler\.db is empty\.$/,
  ],
  [
    'a missing database file',
    (folder) => rmSync(folder.database),
    /^The state in \S+ has lost its content: straggler\.db is missing\.$/,
  ],
  [
    'an empty database file whose log is left',
    (folder) => {
      rmSync(folder.id);
      truncateSync(folder.database, 0);
      writeFileSync(`${folder.database}-wal`, 'frames');
    },
    /^The state in \S+ has lost its content: straggler\.db is empty, its log is not\.$/,
  ],
  [
    'a database file full of NULs',
    (folder) => writeFileSync(folder.database, Buffer.alloc(statSync(folder.database).size)),
    /^The state in \S+ is damaged: file is not a database\.$/,
  ],
  [
    'a database file that is no database',
    (folder) => writeFileSync(folder.database, 'dear diary, '.repeat(500)),
    /^The state in \S+ is damaged: file is not a database\.$/,
  ],
  [
    'a database file cut in the middle',
    (folder) => truncateSync(folder.database, statSync(folder.database).size / 2),
    /^The state in \S+ is damaged: .+\.$/,
  ],
];

for (const [what, damage, sentence] of damages) {
  test(`${what} is refused, and left as it is (scenarios 25, 26)`, async () => {
    using folder = new StateFolder();
    await folder.make();
    damage(folder);
    const refused = (error: unknown): true => {
      assert.ok(error instanceof UserError, `no UserError: ${String(error)}`);
      assert.match(error.message, sentence);
      assert.equal(error.remedy, startAnew);
      return true;
    };
    const before = statSync(folder.database, { throwIfNoEntry: false })?.size;
    await assert.rejects(folder.open(), refused);
    await assert.rejects(folder.open(), refused);
    assert.equal(statSync(folder.database, { throwIfNoEntry: false })?.size, before);
  });
}

test("an agent's state says that what was sent counts twice when it is given up", async () => {
  using folder = new StateFolder();
  await folder.make({ kind: 'kafka' });
  truncateSync(folder.database, 0);
  await assert.rejects(
    folder.open({ kind: 'kafka' }),
    says(
      `The state in ${folder.path} has lost its content: straggler.db is empty.`,
      `${startAnew.slice(0, -1)}, and what had already been sent counts twice in totals (never among unique clients).`,
    ),
  );
});

test('a start that was cut off before the id was written is made good', async () => {
  using folder = new StateFolder();
  const id = await folder.make();
  rmSync(folder.id);
  assert.equal(await folder.make(), id);
  assert.equal(readFileSync(folder.id, 'utf8').trim(), id);
  writeFileSync(folder.id, '\0\0\0\0');
  assert.equal(await folder.make(), id);
  assert.equal(readFileSync(folder.id, 'utf8').trim(), id);
});

test('a start that was cut off before anything was written is made good', async () => {
  using folder = new StateFolder();
  await folder.make();
  rmSync(folder.id);
  truncateSync(folder.database, 0);
  assert.ok((await folder.make()).length > 0);
});

test('two states in one folder are refused', async () => {
  using folder = new StateFolder();
  await folder.make();
  writeFileSync(folder.id, 'another\n');
  await assert.rejects(
    folder.open(),
    says(
      `The files in ${folder.path} belong to two different states.`,
      'Restore straggler.db and straggler.id together from one backup.',
    ),
  );
});

test('a state of a newer version is refused, and named (scenario 31)', async () => {
  using folder = new StateFolder();
  await folder.make({ programVersion: '2.4.0', migrations: [...plainState.migrations, () => {}, () => {}] });
  await assert.rejects(
    folder.open(),
    says(
      `The state in ${folder.path} was written by straggler 2.4.0 (layout 3; this version knows up to 1).`,
      'Run that version or a later one, or give this one a folder of its own with --state.',
    ),
  );
});

test('a state of an older version is brought up to date, once', async () => {
  using folder = new StateFolder();
  const id = await folder.make();
  const migrations: StateOptions['migrations'] = [
    ...plainState.migrations,
    (database) => database.exec('CREATE TABLE notes (text TEXT)'),
  ];
  assert.equal(await folder.make({ migrations }), id);
  const state = await folder.open({ migrations });
  assert.equal(pragma(state, 'user_version'), 2);
  assert.deepEqual(state.database.prepare('SELECT * FROM notes').all(), []);
});

test('a migration that fails leaves the state as it was', async () => {
  using folder = new StateFolder();
  await folder.make();
  const failing = (database: State['database']): void => {
    database.exec('CREATE TABLE notes (text TEXT)');
    throw new Error('no');
  };
  await assert.rejects(folder.open({ migrations: [...plainState.migrations, failing] }), /no/);
  const state = await folder.open();
  assert.equal(pragma(state, 'user_version'), 1);
  assert.throws(() => state.database.prepare('SELECT * FROM notes'), /no such table/);
});

test('the state of another command is refused', async () => {
  using folder = new StateFolder();
  await folder.make();
  await assert.rejects(
    folder.open({ kind: 'kafka' }),
    says(
      `The state in ${folder.path} belongs to \`straggler run\`; \`straggler agent\` cannot use it.`,
      'Give each of the two a folder of its own with --state.',
    ),
  );
});

test("somebody else's database is refused and not touched", async () => {
  using folder = new StateFolder();
  const { database } = await folder.open();
  database.exec('PRAGMA application_id = 0; PRAGMA user_version = 0;');
  database.close();
  await assert.rejects(
    folder.open(),
    says(`${folder.path} holds a straggler.db that no straggler has written.`, 'Give another folder with --state.'),
  );
});

const right = 'Give the account that runs straggler the right to write there, or another folder with --state.';

test('a folder that is a file is refused', async () => {
  using folder = new StateFolder();
  writeFileSync(folder.path, '');
  await assert.rejects(
    folder.open(),
    says(`The state folder ${folder.path} cannot be written: it is no folder.`, right, true),
  );
});

/** As an account without rights: root may write anywhere. */
async function withoutRights(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

const rights = { skip: process.platform === 'win32' ? 'Windows has no modes of files' : false };

test('a folder that cannot be written is refused at the start (scenario 30)', rights, async () => {
  using folder = new StateFolder();
  await folder.make();
  chmodSync(folder.parent, 0o755);
  chmodSync(folder.path, 0o555);
  await withoutRights(() =>
    assert.rejects(openState(folder.path, plainState), (error) => {
      assert.ok(error instanceof UserError, `no UserError: ${String(error)}`);
      assert.match(error.message, /^The state folder \S+ cannot be written: .+\.$/);
      assert.equal(error.remedy, right);
      return true;
    }),
  );
  chmodSync(folder.path, 0o700);
});

test('a folder that cannot be made is refused at the start (scenario 30)', rights, async () => {
  using folder = new StateFolder();
  chmodSync(folder.parent, 0o555);
  await withoutRights(() =>
    assert.rejects(
      openState(folder.path, plainState),
      says(`The state folder ${folder.path} cannot be written: permission denied.`, right, true),
    ),
  );
});
