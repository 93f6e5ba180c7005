/** Scenario 25: whatever happens to the bytes of the state, it is what it was, an earlier whole state, or refused. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { embeddedMigrations, SightingTables } from '../../../../src/delivery/embedded/sighting-tables.ts';
import { stateError } from '../../../../src/delivery/store/state-errors.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { encodeSighting } from '../../../../src/sighting/codec.ts';
import { PackedPageReader } from '../../../../src/sighting/table/packed-page.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { LogLane, seeded } from '../../../contract/log-lane.ts';
import type { HandedSlice } from '../../../contract/log-lane.ts';
import { StateFolder } from '../store/state-folder.ts';

const lanes = [new LogLane('ex01', 1), new LogLane('ex02', 2)];
const commits = 6;
const slicesPerCommit = 5;

function slicesUntil(commit: number): HandedSlice[] {
  return lanes.flatMap((lane) => lane.slices(0, commit * slicesPerCommit));
}

function saveAll(tables: SightingTables): void {
  for (let commit = 1; commit <= commits; commit++) {
    tables.commit({
      sightings: [...expectedOf(slicesUntil(commit))],
      lanes: commit === 1 ? lanes.map(({ record }) => record) : [],
      files: lanes.map((lane) => lane.file(commit * slicesPerCommit)),
      forgottenFiles: [],
    });
  }
}

async function openTables(folder: StateFolder): Promise<{ tables: SightingTables; close: () => void }> {
  const state = await folder.open({ migrations: embeddedMigrations });
  return { tables: new SightingTables(state), close: () => state.database.close() };
}

/** Everything that the state says, as one text. */
function content(tables: SightingTables): string {
  const values: string[] = [];
  for (let after: string | null = null; ;) {
    const page = tables.read(after);
    const packed = new PackedPageReader(page.page);
    while (packed.next()) values.push(encodeSighting(packed.read()));
    if (page.next === null) return JSON.stringify([tables.load(), values]);
    after = page.next;
  }
}

async function contentOrRefusal(folder: StateFolder): Promise<string | UserError> {
  try {
    const { tables, close } = await openTables(folder);
    try {
      return content(tables);
    } finally {
      close();
    }
  } catch (thrown) {
    const error = stateError(folder.path, 'embedded', thrown);
    assert.ok(error instanceof UserError, `neither content nor a sentence: ${String(error)}`);
    return error;
  }
}

test('a flipped bit in the database is refused or without effect', async () => {
  using folder = new StateFolder();
  const { tables, close } = await openTables(folder);
  saveAll(tables);
  const written = content(tables);
  close();
  const whole = readFileSync(folder.database);
  const id = readFileSync(folder.id);
  const random = seeded(25);
  let refused = 0;
  for (let flip = 0; flip < 200; flip++) {
    const bytes = Buffer.from(whole);
    // Half of them in the first page, where the most different things stand.
    const at = Math.floor(random() * (flip % 2 === 0 ? 4096 : bytes.length));
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    writeFileSync(folder.database, bytes);
    writeFileSync(folder.id, id);
    rmSync(`${folder.database}-wal`, { force: true });
    const found = await contentOrRefusal(folder).catch((error: unknown) => assert.fail(`byte ${at}: ${String(error)}`));
    if (found instanceof UserError) refused++;
    else assert.equal(found, written, `byte ${at}`);
  }
  assert.ok(refused > 20, `${refused} of 200 were noticed`);
});

/** Where the pages of clients begin: leaves of an index tree with several rows (https://sqlite.org/fileformat2.html). */
function leavesOf(database: Buffer): number[] {
  const pages = Array.from({ length: database.length / 4096 }, (_, index) => index * 4096);
  return pages.filter((at) => at > 0 && database[at] === 0x0a && database.readUInt16BE(at + 3) > 5);
}

test('a page that has forgotten some of its rows is refused: no client vanishes in silence', async () => {
  using folder = new StateFolder();
  const { tables, close } = await openTables(folder);
  saveAll(tables);
  close();
  const bytes = readFileSync(folder.database);
  const leaf = leavesOf(bytes).at(-1) ?? assert.fail('no leaf was found');
  bytes.writeUInt16BE(bytes.readUInt16BE(leaf + 3) - 2, leaf + 3);
  writeFileSync(folder.database, bytes);
  const refusal = await contentOrRefusal(folder);
  assert.ok(refusal instanceof UserError, 'it was read as if nothing had happened');
  assert.match(refusal.message, /^The state in \S+ is damaged: .+\.$/);
});

test('a log that is torn or has a flipped bit gives a whole state: all of a commit, or nothing of it', async () => {
  using folder = new StateFolder();
  const { tables } = await openTables(folder);
  const states = [content(tables)];
  for (let commit = 1; commit <= commits; commit++) {
    tables.commit({
      sightings: [...expectedOf(slicesUntil(commit))],
      lanes: [],
      files: lanes.map((lane) => lane.file(commit * slicesPerCommit)),
      forgottenFiles: [],
    });
    states.push(content(tables));
  }

  using crashed = new StateFolder();
  const restore = (): void => cpSync(folder.path, crashed.path, { recursive: true });
  restore();
  const log = `${crashed.database}-wal`;
  const logBytes = statSync(log).size;
  assert.ok(logBytes > commits * 4096, 'the commits are in the log');
  assert.equal(await contentOrRefusal(crashed), states.at(-1));

  const random = seeded(26);
  const seen = new Set<number>();
  for (let turn = 0; turn < 60; turn++) {
    restore();
    const at = Math.floor(random() * logBytes);
    if (turn % 2 === 0) truncateSync(log, at);
    else {
      const bytes = readFileSync(log);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      writeFileSync(log, bytes);
    }
    const found = await contentOrRefusal(crashed);
    const state = states.indexOf(String(found));
    assert.ok(state >= 0, `turn ${turn}, byte ${at} of ${logBytes}: ${String(found)}`);
    seen.add(state);
  }
  assert.ok(seen.size > 3, `only the states ${[...seen].join()} were seen`);
});
