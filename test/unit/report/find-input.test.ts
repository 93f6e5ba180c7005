import assert from 'node:assert/strict';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/runtime/errors.ts';
import { session, writeLog } from './logs.ts';
import { parsed, report, scratchFolder } from './run.ts';

const linksOnly = { skip: process.platform === 'win32' ? 'links need a privilege on Windows' : false };

test('logs are found by their names at any depth, those of the back end are ignored and counted', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  writeLog(folder, 'EX01/Pop3/POP3BE2026112010-1.LOG', session());
  writeLog(folder, 'a/b/c/EX02/Logging/Imap4/imap420261120-1.log', session(), session());
  writeLog(folder, 'a/notes.txt', session());
  writeLog(folder, 'a/CONNECTIVITYLOG2026112010-1.LOG', session());
  const { input, clients } = parsed(await report({ paths: [folder] }));
  assert.deepEqual([input.files, input.rows, input.ignoredFiles], [2, 9, 1]);
  assert.deepEqual(
    clients.map(({ protocol, server, connections }: Record<string, unknown>) => [protocol, server, connections]),
    [
      ['imap4', 'EX02', 2],
      ['pop3', 'EX01', 1],
    ],
  );
});

test('one file reached by several ways is read once, and the first PATH names its server', async (context) => {
  const folder = scratchFolder(context);
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  mkdirSync(join(folder, 'EX02/Pop3'), { recursive: true });
  linkSync(path, join(folder, 'EX02/Pop3/POP32026112010-1.LOG'));
  symlinkSync(path, join(folder, 'EX02/Pop3/POP32026112011-1.LOG'));
  symlinkSync(join(folder, 'EX01'), join(folder, 'EX03'));
  symlinkSync(folder, join(folder, 'EX02/again'));
  const paths = ['EX02', path, '.', 'EX03', 'EX01/Pop3', 'EX02/../EX02'];
  const { input, clients } = parsed(await report({ paths, directory: folder }));
  assert.deepEqual([input.files, input.rows], [1, 3]);
  assert.equal(clients[0].server, 'EX02');
});

test('a file whose name says nothing is read by the one protocol that is named', async (context) => {
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/old copy.txt', session());
  const { input, clients } = parsed(await report({ paths: [path], protocols: ['imap4'] }));
  assert.deepEqual([input.files, clients[0].protocol, clients[0].server], [1, 'imap4', 'EX01']);
  for (const protocols of [[], ['pop3', 'imap4']] as const) {
    await assert.rejects(report({ paths: [path], protocols }), {
      name: 'UserError',
      message: `The name of ${path} does not say which protocol it logs.`,
      remedy: 'Name exactly one: --protocol imap4, --protocol pop3, --protocol smtp.',
    });
  }
});

test('a back-end file that is named is ignored all the same', async (context) => {
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP3BE2026112010-1.LOG', session());
  const { input } = parsed(await report({ paths: [path] }));
  assert.deepEqual([input.files, input.ignoredFiles], [0, 1]);
});

test('a path that does not exist is an error when nothing else is there', async (context) => {
  const folder = scratchFolder(context);
  await assert.rejects(report({ paths: ['nowhere'], directory: folder }), {
    message: 'nowhere does not exist.',
    remedy: 'Name a folder with POP3, IMAP4 or SMTP logs, a log file, or - for standard input.',
  });
});

test('a path that does not exist is named in the report when others are there', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  const result = await report({ paths: ['nowhere', 'EX01'], directory: folder });
  assert.deepEqual(result.unreadable, [{ path: 'nowhere', reason: 'does not exist' }]);
  assert.deepEqual(parsed(result).input.problems, [
    { path: 'nowhere', line: null, reason: 'does not exist', count: 1 },
  ]);
  assert.equal(result.clients.totals.clients, 1);
});

test('a folder may be called as what every object has', async (context) => {
  const folder = scratchFolder(context);
  for (const name of ['constructor', '__proto__', 'toString'])
    writeLog(folder, `${name}/POP32026112010-1.LOG`, session());
  const { input } = parsed(await report({ paths: [folder], servers: [{ name: 'EX01', path: folder }] }));
  assert.deepEqual(
    input.servers.map(({ name, files }: Record<string, unknown>) => [name, files]),
    [['EX01', 3]],
  );
});

test('a link that leads nowhere matters only when it is named like a log', linksOnly, async (context) => {
  const folder = scratchFolder(context);
  symlinkSync('/nowhere', join(folder, 'somewhere'));
  symlinkSync('/nowhere', join(folder, 'POP32026112010-1.LOG'));
  const { unreadable } = await report({ paths: [folder] });
  assert.deepEqual(unreadable, [{ path: join(folder, 'POP32026112010-1.LOG'), reason: 'does not exist' }]);
});

test('a server whose folder holds no rows is in the input with 0', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  mkdirSync(join(folder, 'EX01/Imap4'));
  writeLog(folder, 'EX02/Pop3/POP3BE2026112010-1.LOG', session());
  writeFileSync(join(folder, 'EX02/Pop3/POP32026112010-1.LOG'), '');
  const { input } = parsed(await report({ paths: [folder] }));
  assert.deepEqual(input.servers, [
    { name: 'EX01', protocol: 'imap4', files: 0, rows: 0, lastRow: null },
    { name: 'EX01', protocol: 'pop3', files: 1, rows: 3, lastRow: '2026-11-20T10:00:00.000Z' },
    { name: 'EX02', protocol: 'pop3', files: 1, rows: 0, lastRow: null },
  ]);
});

test('--server names the server of what lies below a path', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'x/POP32026112010-1.LOG', session());
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  const result = await report({ paths: ['.'], directory: folder, servers: [{ name: 'ex09.contoso.test', path: 'x' }] });
  assert.deepEqual(
    parsed(result).clients.map(({ server }: { server: string }) => server),
    ['EX01', 'EX09'],
  );
  assert.deepEqual(result.found.guessedPaths, []);
});

test('where nothing names a server it is this host, and that is said', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'POP32026112010-1.LOG', session());
  const result = await report({ paths: [folder] });
  assert.deepEqual([parsed(result).clients[0].server, result.found.guessedPaths], ['COLLECT01', [folder]]);
});

test('a prefix of an administrator is a log name', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/Mail2026112010-1.LOG', session());
  const result = await report({ paths: [folder], prefixes: [{ prefix: 'MAIL', protocol: 'pop3' }] });
  assert.equal(result.input.files, 1);
});

test('errors for people are UserErrors', async () => {
  await assert.rejects(report({ paths: ['-'] }), UserError);
});

test('a folder without any log is named, one that was read before is not', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  mkdirSync(join(folder, 'empty'));
  const { found } = await report({ paths: ['EX01', 'EX01', 'empty', 'EX01/Pop3'], directory: folder });
  assert.deepEqual(found.emptyPaths, ['empty']);
});
