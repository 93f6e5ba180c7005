import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { open, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertTruth } from '../../processes/against-truth.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { until } from '../../processes/until.ts';
import { holdLog, isNewest, readLogs, writeLogs } from '../exchange.ts';
import { localFolder } from '../suite-folder.ts';
import { HeldLog, deleteAsWindows, moveAsWindows, sharing } from '../win32.ts';

async function countedRows(run: StragglerProcess): Promise<number> {
  const { totals } = (await (await run.get('/api/v1/summary')).json()) as { totals: { rows: number } };
  return totals.rows;
}

/** Whether a file of this name can be made. */
function isFree(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch {
    return false;
  }
}

test('this is Windows: a file that is held is shared as its holder says', async (t) => {
  assert.equal(process.platform, 'win32');
  const folder = await localFolder(t);
  const path = join(folder, 'POP32026112010-1.LOG');
  await writeFile(path, '');
  {
    using _held = new HeldLog(path, sharing.none);
    await assert.rejects(open(path, 'r'), { code: 'EBUSY' });
  }
  {
    using _held = new HeldLog(path, sharing.read);
    await (await open(path, 'r')).close();
    await assert.rejects(rename(path, `${path}.old`), { code: 'EBUSY' });
    await assert.rejects(unlink(path), { code: 'EBUSY' });
  }
  using _held = new HeldLog(path, sharing.all);
  await unlink(path);
});

test('logs held open as Exchange holds them are followed while they grow', async (t) => {
  const folder = await localFolder(t);
  const truth = writeLogs(join(folder, 'written'), 40);
  const logs = await readLogs(join(folder, 'written'));
  assert.ok(logs.length > 3);
  using held = new DisposableStack();
  const growing = await Promise.all(
    logs.map(async (log) => ({ bytes: log.bytes, file: held.use(await holdLog(join(folder, 'followed'), log)) })),
  );
  // Cut in mid-row, as a buffer of Exchange may be.
  for (const { bytes, file } of growing) file.append(bytes.subarray(0, bytes.length / 2));
  await using run = StragglerProcess.start(
    ...(['run', join(folder, 'followed'), '--state', join(folder, 'state'), '--read-back', 'all'] as const),
  );
  await run.ready();
  for (const { bytes, file } of growing) file.append(bytes.subarray(bytes.length / 2));
  await assertTruth(run, truth);
});

test('a log that nobody else may open holds up no other one, and is read when it is let go', async (t) => {
  const folder = await localFolder(t);
  const followed = join(folder, 'followed');
  const truth = writeLogs(followed, 20);
  const [first] = await readLogs(followed);
  assert.ok(first !== undefined);
  const locked = new HeldLog(join(followed, first.path), sharing.none);
  t.after(() => locked[Symbol.dispose]());
  await using run = StragglerProcess.start(
    ...(['run', followed, '--state', join(folder, 'state'), '--read-back', 'all'] as const),
  );
  await until('the other logs are counted', async () => (await countedRows(run)) > 0);
  locked[Symbol.dispose]();
  await assertTruth(run, truth);
});

test('a log that is moved out of sight while it grows is read to its end', async (t) => {
  const folder = await localFolder(t);
  const followed = join(folder, 'followed');
  const truth = writeLogs(join(folder, 'written'), 20);
  const logs = await readLogs(join(folder, 'written'));
  using held = new DisposableStack();
  const growing = [];
  for (const log of logs) {
    const file = held.use(await holdLog(followed, log, sharing.all));
    file.append(log.bytes.subarray(0, log.bytes.length / 2));
    growing.push({ ...log, file });
  }
  await using run = StragglerProcess.start(
    ...(['run', followed, '--state', join(folder, 'state'), '--read-back', 'all'] as const),
  );
  await run.ready();
  for (const { path, bytes, file } of growing) {
    if (isNewest(path, logs)) moveAsWindows(join(followed, path), join(followed, `${path}.old`));
    file.append(bytes.subarray(bytes.length / 2));
  }
  await assertTruth(run, truth);
});

test('older logs are not held: they can be deleted, and their names are free at once', async (t) => {
  const folder = await localFolder(t);
  const followed = join(folder, 'followed');
  // Past the turn of an hour.
  const truth = writeLogs(followed, 50);
  const logs = await readLogs(followed);
  const older = logs.filter(({ path }) => !isNewest(path, logs));
  assert.ok(older.length > 0);
  await using run = StragglerProcess.start(
    ...(['run', followed, '--state', join(folder, 'state'), '--read-back', 'all'] as const),
  );
  await run.ready();
  await assertTruth(run, truth);
  for (const { path } of older) {
    deleteAsWindows(join(followed, path));
    await until(`the name ${path} is free`, () => isFree(join(followed, path)));
  }
});
