import assert from 'node:assert/strict';
import { open, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertTruth } from '../../processes/against-truth.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { holdLog, readLogs, writeLogs } from '../exchange.ts';
import { localFolder } from '../suite-folder.ts';
import { HeldLog, sharing } from '../win32.ts';

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
