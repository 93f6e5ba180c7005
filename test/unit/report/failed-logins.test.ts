import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { reportCsv } from '../../../src/report/csv.ts';
import { reportHtml } from '../../../src/report/html/page.ts';
import { LatestLogins } from '../../../src/report/failed-logins.ts';
import { reportTable } from '../../../src/report/table.ts';
import { row } from '../exchange-log/read.ts';
import { writeLog } from './logs.ts';
import { parsed, report, scratchFolder } from './run.ts';

function login(second: number, user: string, succeeded: boolean, address = '10.1.2.3'): string {
  return row({
    time: `2026-11-20T10:00:0${second}.000Z`,
    sequence: second,
    client: `${address}:5`,
    user,
    command: 'pass',
    parameters: '*****',
    context: succeeded ? 'R=ok' : '"R=""-ERR no"";ErrMsg=Denied"',
  });
}

test('a failure is recovered when the same user came in later, in whatever order rows are read', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112011-1.LOG', login(2, 'ANNA', true), login(5, 'svc', false));
  writeLog(folder, 'EX01/Pop3/POP32026112012-1.LOG', login(1, 'anna', false), login(4, 'svc', true));
  writeLog(folder, 'EX01/Pop3/POP32026112013-1.LOG', login(3, 'bert', true), login(3, 'bert', false));
  const { clients } = parsed(await report({ paths: [folder] }));
  assert.deepEqual(clients[0].failedUsers, { recovered: ['ANNA'], unresolved: ['bert', 'svc'] });
});

test('the table says who still fails', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112011-1.LOG',
    login(1, 'anna', false, '10.1.2.1') + login(2, 'anna', true, '10.1.2.1'),
    login(1, 'svc', false, '10.1.2.2') + login(1, '', false, '10.1.2.3'),
    login(1, 'a', false, '10.1.2.4') + login(1, 'b', false, '10.1.2.4'),
  );
  const lines = [...reportTable(await report({ paths: [folder] }))].join('').split('\n');
  const of = (address: string): string => lines.find((line) => line.includes(`${address} `)) ?? '';
  assert.match(of('10.1.2.1'), / recovered/);
  assert.match(of('10.1.2.2'), / svc unresolved/);
  assert.match(of('10.1.2.3'), / unresolved/);
  assert.match(of('10.1.2.4'), / 2 unresolved/);
});

test('JSON, CSV and page say who still fails, and who has come in since', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112011-1.LOG',
    login(1, 'anna', false) + login(2, 'anna', true) + login(3, '=svc', false) + login(4, '', false),
  );
  const result = await report({ paths: [folder] });
  assert.deepEqual(parsed(result).clients[0].failedUsers, { recovered: ['anna'], unresolved: ['', '=svc'] });
  const [row] = parse<Record<string, string>>([...reportCsv(result)].join(''), { columns: true });
  assert.equal(row?.['failed_users_recovered'], 'anna');
  assert.equal(row?.['failed_users_unresolved'], "nameless;'=svc");
  const page = [...reportHtml(result)].join('');
  assert.match(page, /<span class="under unresolved">unresolved: nameless, =svc<\/span>/);
  assert.match(page, /<span class="under recovered">recovered: anna<\/span>/);
});

test('a success at the very time of the failure recovers nothing', () => {
  const logins = new LatestLogins('anna');
  logins.add('anna', true, 5);
  logins.add('anna', false, 5);
  assert.deepEqual(logins.failedUsers().unresolved, ['anna']);
});
