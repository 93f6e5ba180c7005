import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { session, writeLog } from './logs.ts';
import { nowMs, parsed, report, scratchFolder } from './run.ts';

const rowMs = Date.UTC(2026, 10, 20, 10);
const longer = 'x'.repeat(1024 * 1024);

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function setAge(path: string, ageMs: number): void {
  utimesSync(path, new Date(nowMs - ageMs), new Date(nowMs - ageMs));
}

test('a torn last row of the newest file may still be written: it is counted as that and not read', async (context) => {
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', session().trimEnd());
  setAge(path, 2 * 3_600_000);
  const { input } = parsed(await report({ paths: [path] }));
  assert.deepEqual([input.rows, input.unterminated, input.problems], [2, 1, []]);
});

test('a torn last row is read once a newer period exists and the file is quiet, and it is said', async (context) => {
  const folder = scratchFolder(context);
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session().trimEnd());
  writeLog(folder, 'EX01/Pop3/POP32026112011-1.LOG', session());
  setAge(path, 3_600_000);
  const quiet = parsed(await report({ paths: [folder] })).input;
  assert.deepEqual([quiet.rows, quiet.unterminated], [6, 0]);
  assert.deepEqual(quiet.problems, [{ path, line: 5, reason: 'last row without a line end', count: 1 }]);
  setAge(path, 3_599_000);
  const recent = parsed(await report({ paths: [folder] })).input;
  assert.deepEqual([recent.rows, recent.unterminated, recent.problems], [5, 1, []]);
});

test('a newer file of another prefix or folder finishes nothing', async (context) => {
  const folder = scratchFolder(context);
  setAge(writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session().trimEnd()), 9e6);
  setAge(writeLog(folder, 'EX01/Pop3/POP32026112010-2.LOG', session()), 9e6);
  writeLog(folder, 'EX01/Imap4/IMAP42026112011-1.LOG', session());
  writeLog(folder, 'EX02/Pop3/POP32026112011-1.LOG', session());
  assert.equal(parsed(await report({ paths: [folder] })).input.unterminated, 1);
});

test('problems name the line of the first, beyond the first slice too', async (context) => {
  const path = writeLog(
    scratchFolder(context),
    'EX01/Pop3/POP32026112010-1.LOG',
    session().repeat(20_000),
    'no row\r\n',
    session(),
    'none\r\n',
  );
  const { input } = parsed(await report({ paths: [path] }));
  assert.ok(input.bytes > 5_000_000);
  assert.deepEqual([input.rows, input.badRows], [60_005, 2]);
  assert.deepEqual(input.problems, [{ path, line: 60_003, reason: 'too few columns', count: 2 }]);
});

test('a row of several megabytes is passed over', async (context) => {
  const path = writeLog(
    scratchFolder(context),
    'EX01/Pop3/POP32026112010-1.LOG',
    session(),
    `${longer.repeat(9)}\r\n`,
    session(),
  );
  const { input, totals } = parsed(await report({ paths: [path] }));
  assert.deepEqual([totals.connections, input.rows, input.badRows], [2, 7, 1]);
  assert.deepEqual(input.problems, [{ path, line: 6, reason: 'over-long row', count: 1 }]);
});

test('input counts are before the filters, totals after', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112010-1.LOG',
    session({ at: '2026-11-20T09:59:59.999Z' }),
    session(),
    session({ at: '2026-11-20T11:00:00.000Z', address: '10.1.2.4' }),
  );
  writeLog(folder, 'EX01/Imap4/IMAP42026112010-1.LOG', session({ address: '10.1.2.5' }));
  const result = parsed(await report({ paths: [folder], protocols: ['pop3'], since: rowMs, until: rowMs + 3_600_000 }));
  assert.deepEqual(
    [result.input.rows, result.input.firstRow, result.input.lastRow],
    [12, '2026-11-20T09:59:59.999Z', '2026-11-20T11:00:00.000Z'],
  );
  assert.deepEqual(result.totals, { clients: 1, sightings: 1, connections: 1, rows: 3 });
});

test('our own addresses are learnt from all rows, whatever is shown of them', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session({ address: '10.0.0.2' }));
  writeLog(folder, 'EX02/Imap4/IMAP42026112010-1.LOG', session({ local: '10.0.0.2', at: '2026-11-19T10:00:00.000Z' }));
  const { clients } = parsed(await report({ paths: [folder], protocols: ['pop3'], since: rowMs }));
  assert.deepEqual([clients.length, clients[0].status], [1, 'proxied']);
});

test('standard input is read as a file is', async (context) => {
  const text = readFileSync(
    writeLog(
      scratchFolder(context),
      'POP32026112010-1.LOG',
      session({ user: 'jörg 😀' }).repeat(3000),
      'no row\r\n',
      '\r\n',
      session(),
    ),
  );
  const bytes = chunksOf(text, 1000);
  const result = parsed(
    await report({
      paths: ['-'],
      standardInput: Readable.from(bytes),
      protocols: ['pop3'],
      servers: [{ name: 'ex01', path: '-' }],
    }),
  );
  assert.deepEqual(
    [result.input.files, result.input.bytes, result.input.rows, result.input.badRows],
    [1, text.length, 9004, 1],
  );
  assert.deepEqual(result.input.problems, [{ path: '-', line: 9003, reason: 'too few columns', count: 1 }]);
  assert.deepEqual(
    [result.clients[0].server, result.clients[0].connections, result.clients[0].users],
    ['EX01', 3001, ['jörg 😀', 'svc-scan']],
  );
});

test('standard input may end in the middle of a row', async () => {
  const input = Readable.from([Buffer.from(session().trimEnd())]);
  const result = parsed(await report({ paths: ['-'], standardInput: input, protocols: ['pop3'] }));
  assert.deepEqual([result.input.rows, result.input.unterminated], [2, 1]);
});

test('standard input may be empty', async () => {
  const result = parsed(await report({ paths: ['-'], protocols: ['pop3'] }));
  assert.deepEqual([result.input.files, result.input.rows, result.input.unterminated], [1, 0, 0]);
});

test('over-long rows of standard input are counted, however they arrive', async () => {
  const text = Buffer.from(`${session()}${longer.repeat(3)}\r\n${session()}${longer}xx\n${longer}\n`);
  for (const size of [1 << 16, 1 << 20, text.length]) {
    const chunks = chunksOf(text, size);
    const result = parsed(await report({ paths: ['-'], standardInput: Readable.from(chunks), protocols: ['pop3'] }));
    assert.deepEqual([result.input.rows, result.input.badRows, result.clients[0].connections], [9, 3, 2], `${size}`);
    assert.equal(result.input.problems.find(({ reason }: { reason: string }) => reason === 'over-long row').count, 2);
  }
});

test('standard input needs exactly one protocol', async () => {
  await assert.rejects(report({ paths: ['-'] }), { message: 'Standard input does not say which protocol it logs.' });
});

test('progress adds up to the bytes that were announced', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session().repeat(20_000));
  writeLog(folder, 'EX01/Pop3/POP32026112011-1.LOG', session(), 'torn');
  const progress = { files: 0, announced: 0, done: 0 };
  await report({
    paths: [folder],
    progress: {
      started: (files, bytes) => Object.assign(progress, { files, announced: bytes }),
      read: (bytes) => void (progress.done += bytes),
    },
  });
  assert.equal(progress.files, 2);
  assert.ok(progress.announced > 5_000_000);
  assert.equal(progress.done, progress.announced);
});

test('a report that is aborted stops with the reason', async (context) => {
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', session());
  const reason = new Error('stopped by the user');
  await assert.rejects(report({ paths: [path], signal: AbortSignal.abort(reason) }), reason);
});

test('users may be withheld, and that there was one still tells', async (context) => {
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', session({ address: '127.0.0.1' }));
  const { clients } = parsed(await report({ paths: [path], users: 'drop' }));
  assert.deepEqual([clients[0].users, clients[0].status], [[], 'unknown']);
});

test('a report keeps all users', async (context) => {
  const sessions = Array.from({ length: 500 }, (_, index) => session({ user: `user${index}` }));
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', ...sessions);
  const [client] = parsed(await report({ paths: [path] })).clients;
  assert.deepEqual([client.users.length, client.usersTotal, client.usersApproximate], [500, 500, false]);
});

test('problems of very many files are summed up', async (context) => {
  const folder = scratchFolder(context);
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-0.LOG', session());
  for (let sequence = 1; sequence <= 1100; sequence++) {
    writeFileSync(join(path, `../POP32026112010-${sequence}.LOG`), 'no row\n');
  }
  const { input } = parsed(await report({ paths: [folder] }));
  assert.equal(input.problems.length, 1001);
  assert.deepEqual(input.problems.at(-1), { path: null, line: null, reason: 'too few columns', count: 100 });
});
