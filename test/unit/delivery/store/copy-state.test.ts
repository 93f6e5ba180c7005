import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  copyState,
  refuseDamage,
  type StateCopy,
  structureProblems,
} from '../../../../src/delivery/store/copy-state.ts';
import { createAgentTables } from '../../../../src/delivery/store/agent-tables.ts';
import { StateDamage } from '../../../../src/delivery/store/state-errors.ts';
import { transaction } from '../../../../src/delivery/store/transaction.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { StateFolder } from './state-folder.ts';

const migrations = { embedded: [createAgentTables], kafka: [createAgentTables] };

async function copy(directory: string): Promise<StateCopy> {
  return await copyState(directory, { programVersion: '9', migrations });
}

async function refusal(directory: string): Promise<UserError> {
  try {
    await using made = await copy(directory);
    refuseDamage(made);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error;
  }
  throw new Error('it was not refused');
}

/** A temporary folder that nobody else uses, for what `work` leaves there. */
async function ownTemporary(work: () => Promise<void>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-own-'));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await work();
    return readdirSync(folder);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true });
  }
}

/** A process that commits until this is disposed of. */
async function committing(directory: string): Promise<AsyncDisposable> {
  const program = fileURLToPath(new URL('./committing-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('copies of a state that is written without a pause are each the end of a transaction', async () => {
  using folder = new StateFolder();
  await using _writing = await committing(folder.path);
  let last = -1;
  for (let made = 0; made < 40; made++) {
    await using state = await copy(folder.path);
    assert.equal(state.isInUse, true);
    assert.deepEqual(structureProblems(state), []);
    const { sum, moves } =
      state.database.prepare('SELECT sum(holds) AS sum, sum(moves) AS moves FROM accounts').get() ?? {};
    assert.equal(sum, 0);
    assert.equal(Number(moves) % 2, 0);
    assert.ok(Number(moves) >= last, 'and none is older than the one before');
    last = Number(moves);
  }
  assert.ok(last > 200, `it was written meanwhile: ${last}`);
});

test('what was committed and is only in the log that a kill has left is in the copy, and the log stays', async () => {
  using folder = new StateFolder();
  const state = await folder.open();
  state.database.exec(`INSERT INTO lanes VALUES ('lane', '{}', 0)`);
  const killed = join(folder.parent, 'killed');
  cpSync(folder.path, killed, { recursive: true });
  state.database.close();
  const trace = (): string[] =>
    readdirSync(killed).map((name) => {
      const { size, mtimeNs } = statSync(join(killed, name), { bigint: true });
      return `${name} ${size} ${mtimeNs}`;
    });
  const before = trace();
  assert.ok(before.some((file) => /-wal [1-9]/.test(file)));
  const left = await ownTemporary(async () => {
    await using made = await copy(killed);
    assert.equal(made.isInUse, false);
    assert.deepEqual([made.id, made.kind, made.layout, made.program], [state.id, 'embedded', 1, '0.1.0']);
    assert.equal(made.database.prepare('SELECT count(*) AS n FROM lanes').get()?.['n'], 1);
  });
  assert.deepEqual(trace(), before);
  assert.deepEqual(left, [], 'the copy is gone');
});

test('an older layout is read as the newest, and told as it was found', async () => {
  using folder = new StateFolder();
  await folder.make();
  const second = (database: DatabaseSync): void => database.exec('CREATE TABLE more (a INTEGER)');
  await using made = await copyState(folder.path, {
    programVersion: '9',
    migrations: { embedded: [createAgentTables, second], kafka: [] },
  });
  assert.equal(made.layout, 1);
  assert.equal(made.database.prepare('SELECT count(*) AS n FROM more').get()?.['n'], 0);
  assert.equal(made.program, '0.1.0');
});

test('every state that cannot be looked at is refused in a sentence, and no copy is left', async () => {
  using folder = new StateFolder();
  assert.equal((await refusal(folder.path)).message, `There is no state in ${folder.path}.`);
  const id = await folder.make();
  using newer = new StateFolder();
  await newer.make({ migrations: [createAgentTables, () => {}], programVersion: '3.0.0' });
  assert.equal(
    (await refusal(newer.path)).message,
    `The state in ${newer.path} was written by straggler 3.0.0 (layout 2; this version knows up to 1).`,
  );
  using foreign = new StateFolder();
  await foreign.make();
  const other = new DatabaseSync(foreign.database);
  other.exec('PRAGMA application_id = 7');
  other.close();
  assert.match((await refusal(foreign.path)).message, /holds a straggler\.db that no straggler has written/);
  writeFileSync(folder.id, 'another\n');
  assert.match((await refusal(folder.path)).message, /belong to two different states/);
  writeFileSync(folder.id, `${id}\n`);
  writeFileSync(folder.database, 'no database at all, but long enough to look at'.repeat(100));
  let damaged: UserError | null = null;
  const left = await ownTemporary(async () => {
    damaged = await refusal(folder.path);
  });
  assert.deepEqual(left, []);
  damaged = damaged as UserError | null;
  assert.ok(damaged instanceof StateDamage);
  assert.match(damaged.message, /is damaged: file is not a database\.$/);
  truncateSync(folder.database, 0);
  assert.match((await refusal(folder.path)).message, /has lost its content: straggler\.db is empty/);
  rmSync(folder.database);
  const emptied = await refusal(folder.path);
  assert.match(emptied.message, /has lost its content: straggler\.db is missing/);
  assert.match(emptied.remedy ?? '', /^Restore the folder from a backup/);
});

test('a page that is torn is told by what SQLite finds', async () => {
  using folder = new StateFolder();
  const state = await folder.open();
  transaction(state.database, () => {
    const put = state.database.prepare('INSERT INTO lanes VALUES (?, ?, 0)');
    for (let lane = 0; lane < 400; lane++) put.run(`lane-${lane}`, 'x'.repeat(200));
  });
  state.database.close();
  truncateSync(folder.database, statSync(folder.database).size - 3 * 4096);
  const damaged = await refusal(folder.path);
  assert.ok(damaged instanceof StateDamage);
  assert.match(damaged.message, /^The state in .* is damaged: .*\.$/);
});

test('a state of another account is refused with what to do', async () => {
  if (process.platform === 'win32') return;
  using folder = new StateFolder();
  await folder.make();
  chmodSync(folder.database, 0o000);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    for (const path of [folder.parent, folder.path]) chmodSync(path, 0o755);
    process.seteuid?.(nobody);
  }
  try {
    assert.equal(
      (await refusal(folder.path)).message,
      `The state in ${folder.path} cannot be read: permission denied.`,
    );
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

const nobody = 65_534;
