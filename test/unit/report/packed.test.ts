import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { session, writeLog } from './logs.ts';
import { parsed, report, scratchFolder } from './run.ts';

/** Packs a log in its place, as `gzip` does. */
function pack(path: string): string {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
  renameSync(path, `${path}.unpacked`);
  return `${path}.gz`;
}

test('a packed log is read as the log that it was', async (context) => {
  const folder = scratchFolder(context);
  const sessions = Array.from({ length: 40_000 }, (_, index) => session({ address: `10.1.${index % 200}.7` }));
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', ...sessions);
  const plain = parsed(await report({ paths: [folder] }));
  pack(path);
  let progressed = 0;
  const progress = {
    started: (_files: number, bytes: number) => {
      progressed -= bytes;
    },
    read: (bytes: number) => {
      progressed += bytes;
    },
  };
  const packed = parsed(await report({ paths: [folder], progress }));
  assert.deepEqual(packed, plain);
  assert.ok(plain.input.bytes > 8 * 1024 * 1024, 'it takes several slices');
  assert.equal(progressed, 0);
});

test('a packed log is finished, and one that is there unpacked too is read once', async (context) => {
  const folder = scratchFolder(context);
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session().trimEnd());
  const packed = pack(path);
  const { input } = parsed(await report({ paths: [packed] }));
  assert.deepEqual([input.rows, input.unterminated], [3, 0]);
  renameSync(`${path}.unpacked`, path);
  const both = parsed(await report({ paths: [folder] }));
  assert.deepEqual([both.input.files, both.input.unterminated], [1, 1]);
});

test('a packed log that is cut or none is named, and what was read of it stays', async (context) => {
  const folder = scratchFolder(context);
  const whole = gzipSync(Buffer.from(Array.from({ length: 50_000 }, () => session()).join('')));
  mkdirSync(join(folder, 'EX01/Pop3'), { recursive: true });
  writeFileSync(join(folder, 'EX01/Pop3/POP32026112010-1.LOG.gz'), whole.subarray(0, whole.length / 2));
  writeFileSync(join(folder, 'EX01/Pop3/POP32026112011-1.LOG.gz'), 'POP3');
  const result = await report({ paths: [folder] });
  assert.deepEqual(
    result.unreadable.map(({ path, reason }) => `${path.slice(-22)} ${reason}`),
    [
      'POP32026112010-1.LOG.gz'.slice(-22) + ' ends before all of it was unpacked',
      'POP32026112011-1.LOG.gz'.slice(-22) + ' is damaged: it cannot be unpacked',
    ],
  );
  assert.ok(result.input.rows > 0);
});

test('a pattern that no file is called by names what it matches', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  writeLog(folder, 'EX02/Pop3/POP32026112010-1.LOG', session());
  writeLog(folder, 'EX02/Pop3/POP32026112011-1.LOG', session());
  writeLog(folder, 'odd[1]/Pop3/POP32026112010-1.LOG', session());
  const of = async (...paths: string[]): Promise<unknown[]> => {
    const { input } = parsed(await report({ paths, directory: folder }));
    return [input.files, input.problems.map(({ path, reason }: Record<string, string>) => `${path} ${reason}`)];
  };
  assert.deepEqual(await of('EX0?/Pop3/*11-*.LOG'), [1, []]);
  assert.deepEqual(await of('EX0*'), [3, []]);
  assert.deepEqual(await of('**/POP32026112010-1.LOG', 'EX01'), [3, []]);
  assert.deepEqual(await of('odd[1]'), [1, []]);
  assert.deepEqual(await of('EX01', '*.nothing'), [1, ['*.nothing matches nothing']]);
});
