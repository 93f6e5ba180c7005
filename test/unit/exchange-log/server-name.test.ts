import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerAssignment, serverOfFile } from '../../../src/exchange-log/server-name.ts';

function server(file: string, assignments: readonly ServerAssignment[] = [], path = file): string {
  const { server: key, isFallback } = serverOfFile(path, file, assignments, 'collect01.contoso.test');
  return isFallback ? `${key} (this host)` : key;
}

test('the host of a UNC path', () => {
  assert.equal(
    server(
      String.raw`\\ex01.contoso.test\C$\Program Files\Microsoft\Exchange Server\V15\Logging\Pop3\POP320261120-1.LOG`,
    ),
    'EX01',
  );
  assert.equal(server(String.raw`\\10.0.0.5\logs\Pop3\POP320261120-1.LOG`), '10.0.0.5');
  assert.equal(server('//ex02/logs/Pop3/POP320261120-1.LOG'), 'EX02');
  assert.equal(server(String.raw`\\?\UNC\ex03\logs\EX09\Pop3\POP320261120-1.LOG`), 'EX03');
});

test('the folder above the folders of an installation', () => {
  assert.equal(server('/data/logs/EX01/Pop3/POP320261120-1.LOG'), 'EX01');
  assert.equal(server('/data/ex02.contoso.test/Logging/IMAP4/IMAP420261120-1.LOG'), 'EX02');
  assert.equal(
    server(String.raw`D:\copies\ex03\Program Files\Microsoft\Exchange Server\V15\Logging\Pop3\POP320261120-1.LOG`),
    'EX03',
  );
  assert.equal(server(String.raw`\\?\D:\copies\ex03\Pop3\POP320261120-1.LOG`), 'EX03');
});

test('a folder alone names nothing: one of an installation must have been passed', () => {
  assert.equal(server('/data/EX01/POP320261120-1.LOG'), 'COLLECT01 (this host)');
});

test('a drive or a root is no server', () => {
  assert.equal(
    server(String.raw`C:\Program Files\Microsoft\Exchange Server\V15\Logging\Pop3\POP320261120-1.LOG`),
    'COLLECT01 (this host)',
  );
  assert.equal(server('/Logging/Pop3/POP320261120-1.LOG'), 'COLLECT01 (this host)');
  assert.equal(server(String.raw`\\?\C:\Logging\Pop3\POP320261120-1.LOG`), 'COLLECT01 (this host)');
});

test('an assignment comes before all else, the longest path first', () => {
  const assignments = [
    { name: 'ex07', path: '/data' },
    { name: 'ex08.contoso.test', path: '/data/logs/EX01/' },
    { name: 'ex09', path: '/data/logs/EX0' },
  ];
  assert.equal(server('/data/logs/EX01/Pop3/POP320261120-1.LOG', assignments), 'EX08');
  assert.equal(server('/data/logs/EX02/Pop3/POP320261120-1.LOG', assignments), 'EX07');
  assert.equal(server('/other/EX02/Pop3/POP320261120-1.LOG', assignments), 'EX02');
});

test('an assignment of a Windows path knows no case and either slash', () => {
  const assignments = [
    { name: 'EX07', path: String.raw`d:\LOGS\a` },
    { name: 'EX08', path: String.raw`\\NAS\exchange` },
  ];
  assert.equal(server('D:/logs/A/Pop3/POP320261120-1.LOG', assignments), 'EX07');
  assert.equal(server(String.raw`\\nas\Exchange\EX01\Pop3\POP320261120-1.LOG`, assignments), 'EX08');
  assert.equal(server('/logs/a/Pop3/POP320261120-1.LOG', [{ name: 'EX07', path: '/LOGS/a' }]), 'A');
});

test('a name of nothing is this host', () => {
  assert.equal(server('/data/.../Pop3/POP320261120-1.LOG'), 'COLLECT01 (this host)');
});
