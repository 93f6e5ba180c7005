import assert from 'node:assert/strict';
import { cp, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { writeLogs } from '../exchange.ts';
import { type Reported, assertReportsTruth, report, sources } from '../report.ts';
import { folderOn, localFolder } from '../suite-folder.ts';

function serversOf(reported: Reported): string[] {
  return [...new Set(reported.input.servers.map(({ name }) => name))].toSorted();
}

async function onDrive(t: TestContext): Promise<string | null> {
  return await folderOn(t, 'STRAGGLER_TEST_DRIVE');
}

test('a report over a drive equals the truth, however its path is spelled', async (t) => {
  const drive = await onDrive(t);
  if (drive === null) return;
  const folder = join(drive, 'Exchange Logs', 'Bürö 🗄');
  const truth = writeLogs(folder, 30);
  assert.match(folder, /^D:\\/);
  const spellings = [
    folder,
    folder.toUpperCase(),
    folder.replaceAll('\\', '/').toLowerCase(),
    `${folder}\\`,
    `\\\\?\\${folder}`,
  ];
  for (const spelling of spellings) {
    const reported = await report(sources, spelling);
    assertReportsTruth(reported, truth);
  }
  const twice = await report(sources, folder, folder.toLowerCase());
  assertReportsTruth(twice, truth);
});

test('a path of more than 260 characters is read', async (t) => {
  const drive = await onDrive(t);
  if (drive === null) return;
  const truth = writeLogs(join(drive, 'short'), 10);
  const parts = Array.from({ length: 8 }, (_, index) => `${index}-${'long'.repeat(10)}`);
  const folder = join(drive, ...parts);
  assert.ok(folder.length > 300);
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(join(drive, 'short'))) {
    await cp(join(drive, 'short', name), join(folder, name), { recursive: true });
  }
  assertReportsTruth(await report(sources, folder), truth);
});

test("a share's host names the server, and its drive letter does not", async (t) => {
  const share = await folderOn(t, 'STRAGGLER_TEST_SHARE');
  if (share === null) return;
  const written = await localFolder(t);
  writeLogs(written, 10);
  const [server = ''] = await readdir(written);
  const logging = join(share, 'Program Files', 'Microsoft', 'Exchange Server', 'V15', 'Logging');
  await cp(join(written, server), logging, { recursive: true });
  const reported = await report(sources, logging);
  assert.match(logging, /^\\\\EX01\\C\$\\/);
  assert.ok(reported.input.rows > 0);
  assert.deepEqual(serversOf(reported), ['EX01']);
  assert.deepEqual(serversOf(await report(sources, logging.toLowerCase())), ['EX01']);
});

test('names of logs and folders are known without regard to case', async (t) => {
  const folder = await localFolder(t);
  const truth = writeLogs(folder, 10);
  for (const server of await readdir(folder)) {
    for (const protocol of await readdir(join(folder, server))) {
      for (const name of await readdir(join(folder, server, protocol))) {
        const path = join(folder, server, protocol, name);
        await rename(path, path.slice(0, -name.length) + name.toLowerCase());
      }
    }
  }
  assertReportsTruth(await report(sources, folder), truth);
});
