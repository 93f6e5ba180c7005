import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { reportJson } from '../../../src/report/json.ts';
import type { ReportOptions } from '../../../src/report/options.ts';
import { badKinds, tolerableKinds } from '../../../src/simulator/odd-rows.ts';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { row } from '../exchange-log/read.ts';
import { report, scratchFolder } from './run.ts';

async function text(options: Partial<ReportOptions> & Pick<ReportOptions, 'paths'>): Promise<string> {
  return [...reportJson(await report({ threadBytes: 1, ...options }))].join('');
}

/** Reads by one thread, by several, and by several that share each file in parts. */
async function assertSame(paths: readonly string[], partBytes: readonly number[]): Promise<string> {
  const alone = await text({ paths, threads: 1 });
  assert.equal(await text({ paths, threads: 3, partBytes: Number.POSITIVE_INFINITY }), alone, 'whole files');
  for (const size of partBytes) {
    assert.equal(await text({ paths, threads: 2, partBytes: size }), alone, `parts of ${size} bytes`);
  }
  return alone;
}

test('any number of threads makes the same report, byte for byte', async (context) => {
  const directory = scratchFolder(context);
  const startMs = Date.UTC(2026, 10, 20, 9);
  const world = createWorld(
    variedWorld({ directory, seed: 4, startMs, style: { ...roughStyle, oddKinds: [...badKinds, ...tolerableKinds] } }),
  );
  world.advanceTo(startMs + 3_600_000);
  world.close();
  await assertSame([directory], [200_000]);
});

const header =
  '#Fields: dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n';
const turnedHeader = '#Fields: sessionId,dateTime,seqNumber,sIp,cIp,user,rqsize,duration,rpsize,command,context\r\n';

function rows(count: number, from: number): string {
  return Array.from({ length: count }, (_, index) =>
    row({
      sequence: 0,
      session: `S${from + index}`,
      client: `10.0.0.${(from + index) % 50}:5`,
      user: `user${index % 7}`,
    }),
  ).join('');
}

/** The same rows below a header that names the columns in another order. */
function turned(count: number, from: number): string {
  return Array.from(
    { length: count },
    (_, index) =>
      `S${from + index},2026-11-20T11:00:01.000Z,0,10.0.0.1:995,10.0.1.${index % 9}:5,b${index % 3},7,1,9,user,\r\n`,
  ).join('');
}

test('parts of a file are read by the header in force there, wherever it stands and however it turns', async (context) => {
  const folder = join(scratchFolder(context), 'EX01', 'Pop3');
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'POP32026112010-1.LOG');
  writeFileSync(log, header + rows(40, 0) + turnedHeader + turned(40, 40) + header + rows(40, 80));
  appendFileSync(
    log,
    `x,,\r\n${'\0'.repeat(300)}${rows(3, 120)}\r\n\r\n${rows(2, 123)}"unclosed,${'y'.repeat(900)}\r\n`,
  );
  appendFileSync(log, rows(20, 130).replaceAll('\r\n', ',more\r\n') + rows(1, 150).slice(0, -20));
  await assertSame([folder], [150, 333, 1000, 4000]);
});

test('a row over the limit is one bad row, in whichever part it begins and however many it covers', async (context) => {
  const folder = join(scratchFolder(context), 'EX01', 'Pop3');
  mkdirSync(folder, { recursive: true });
  const long = `2026-11-20T10:00:00.000Z,${'z'.repeat(3 * 1024 * 1024)}\r\n`;
  writeFileSync(join(folder, 'POP32026112010-1.LOG'), header + rows(5, 0) + long + rows(5, 5) + 'bad,row\r\n');
  const alone = await assertSame([folder], [500_000, 1_100_000]);
  const { input } = JSON.parse(alone);
  assert.deepEqual(
    input.problems.map(({ line, reason }: { line: number; reason: string }) => `${line} ${reason}`),
    ['7 over-long row', '13 too few columns'],
  );
});

test('what cannot be read is named in the order of the inputs, whichever thread met it', async (context) => {
  const folder = scratchFolder(context);
  const paths: string[] = [];
  for (const server of ['EX01', 'EX02', 'EX03']) {
    const place = join(folder, server, 'Pop3');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'POP32026112010-1.LOG'), `${header}${rows(9, 0)}bad,row\r\n`);
    const packed = join(place, 'POP32026112011-1.LOG.gz');
    writeFileSync(packed, gzipSync(header + rows(2000, 9)).subarray(0, -300));
    paths.push(place);
  }
  const { input } = JSON.parse(await assertSame([folder], [100]));
  assert.deepEqual(
    input.problems.map(({ path }: { path: string }) => path.slice(folder.length + 1, folder.length + 5)),
    ['EX01', 'EX02', 'EX03', 'EX01', 'EX02', 'EX03'],
  );
});
