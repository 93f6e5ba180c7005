import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import type { Status } from '../../../src/inventory/status.ts';
import { reportCsv } from '../../../src/report/csv.ts';
import { reportJson } from '../../../src/report/json.ts';
import { reportNotes } from '../../../src/report/notes.ts';
import type { Report } from '../../../src/report/report.ts';
import { parseAddressRange } from '../../../src/inventory/address-range.ts';
import { verdictSentences } from '../../../src/report/server-verdict.ts';
import { summaryLine } from '../../../src/report/summary-line.ts';
import { reportTable } from '../../../src/report/table.ts';
import { session, writeLog } from './logs.ts';
import { parsed, report, scratchFolder } from './run.ts';

const inventoryCsv = `cidr,label,owner,contact,expires,state,note
10.1.2.0/24,Scanner 3rd floor,Facilities,,,known,
10.1.2.9,Old copier,Facilities,,2026-11-30,acknowledged,
10.1.3.0/24,Gone,,,2026-11-01,known,
`;

/** Two servers and clients of every status. */
function mixedReport(context: TestContext, only: readonly Status[] = []): Promise<Report> {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112010-1.LOG',
    session({ address: '10.1.2.10' }),
    session({ address: '10.1.2.9', user: '=cmd()' }),
    session({ address: '10.1.3.1' }),
    session({ address: '9.9.9.9', user: 'evil\u001b[31m' }),
    session({ address: '127.0.0.1', user: 'HealthMailbox1' }),
    session({ address: '10.0.0.2' }),
    session({ address: '[2001:db8::1]', user: 'a' }),
    session({ address: '[2001:db8::1]', user: 'b' }),
    session({ address: '[2001:db8::1]', user: 'c' }),
  );
  writeLog(folder, 'EX02/Imap4/IMAP42026112011-1.LOG', session({ local: '10.0.0.2', address: '10.1.2.10' }));
  mkdirSync(join(folder, 'EX02/Pop3'));
  const { inventory } = parseInventory(inventoryCsv);
  assert.ok(inventory !== undefined);
  return report({ paths: [folder], inventory, only });
}

test('every client has its status, the order is protocol, server, address by number', async (context) => {
  const { clients } = parsed(await mixedReport(context));
  assert.deepEqual(
    clients.map(
      ({ protocol, server, address, status }: Record<string, string>) => `${protocol} ${server} ${address} ${status}`,
    ),
    [
      'imap4 EX02 10.1.2.10 known',
      'pop3 EX01 9.9.9.9 unknown',
      'pop3 EX01 10.0.0.2 proxied',
      'pop3 EX01 10.1.2.9 acknowledged',
      'pop3 EX01 10.1.2.10 known',
      'pop3 EX01 10.1.3.1 unknown',
      'pop3 EX01 127.0.0.1 probe',
      'pop3 EX01 2001:db8::1 unknown',
    ],
  );
});

test('--only leaves clients of some statuses; totals and statuses follow it, the input does not', async (context) => {
  const result = await mixedReport(context, ['acknowledged', 'known']);
  assert.deepEqual(result.clients.totals, { clients: 2, sightings: 3, connections: 3, rows: 9 });
  assert.deepEqual(result.clients.clientsByStatus, { unknown: 0, acknowledged: 1, known: 1, proxied: 0, probe: 0 });
  assert.equal(result.input.rows, 30);
});

test('the JSON report has the fields of its contract, in their order', async (context) => {
  const result = await mixedReport(context);
  const text = [...reportJson(result)].join('');
  const document = JSON.parse(text);
  assert.deepEqual(Object.keys(document), ['schema', 'generatedAt', 'input', 'totals', 'clients']);
  assert.deepEqual([document.schema, document.generatedAt], ['straggler.report.v1', '2026-11-24T10:00:00.000Z']);
  assert.deepEqual(document.input, {
    files: 2,
    bytes: document.input.bytes,
    rows: 30,
    ignoredFiles: 0,
    ignoredRows: 0,
    badRows: 0,
    unterminated: 0,
    firstRow: '2026-11-20T10:00:00.000Z',
    lastRow: '2026-11-20T10:00:00.000Z',
    servers: [
      { name: 'EX01', protocol: 'pop3', files: 1, rows: 27, lastRow: '2026-11-20T10:00:00.000Z' },
      { name: 'EX02', protocol: 'imap4', files: 1, rows: 3, lastRow: '2026-11-20T10:00:00.000Z' },
      { name: 'EX02', protocol: 'pop3', files: 0, rows: 0, lastRow: null },
    ],
    problems: [],
  });
  assert.deepEqual(document.totals, { clients: 7, sightings: 8, connections: 10, rows: 30 });
  const [client] = document.clients;
  assert.equal(
    JSON.stringify(client),
    '{"protocol":"imap4","server":"EX02","address":"10.1.2.10","status":"known","label":"Scanner 3rd floor","owner":"Facilities","hints":[],' +
      '"connections":1,"rows":3,"commands":1,"logins":{"succeeded":1,"failed":0},"bytes":{"received":30,"sent":60},' +
      '"firstSeen":"2026-11-20T10:00:00.000Z","lastSeen":"2026-11-20T10:00:00.000Z","users":["svc-scan"],"usersTotal":1,' +
      '"usersApproximate":false,"endpoints":["10.0.0.2:995"],"lastFailure":null,' +
      '"messages":0,"tracked":0,"helo":[],"tls":null,"senders":[],"connectors":[],' +
      '"failedUsers":{"recovered":[],"unresolved":[]}}',
  );
  assert.equal(text.split('\n').length, 1 + 8 + 1 + 1, 'one line for each client');
});

test('nothing from a log reaches a terminal raw, and JSON stays the same JSON', async (context) => {
  const user = 'a\u001b[31m\u009b2J\u202e\u2028b';
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', session({ user }));
  const result = await report({ paths: [path] });
  assert.deepEqual(parsed(result).clients[0].users, [user]);
  for (const [format, raw] of [
    [reportJson, /[\p{Cc}\u202e\u2028]/u],
    [reportTable, /[\p{Cc}\u202e\u2028]/u],
    [reportCsv, /\p{Cc}/u],
  ] as const) {
    assert.doesNotMatch([...format(result)].join('').replaceAll(/\r?\n/g, ''), raw, format.name);
  }
});

test('a JSON report without clients is JSON', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG');
  assert.deepEqual(parsed(await report({ paths: [folder] })).clients, []);
});

test('the CSV report has a row for each client, and no cell begins a formula', async (context) => {
  const result = await mixedReport(context);
  const [header, ...rows] = parse([...reportCsv(result)].join(''));
  assert.equal(rows.length, 8);
  assert.deepEqual(header?.slice(0, 4), ['protocol', 'server', 'address', 'status']);
  assert.deepEqual(rows.find((row) => row[2] === '10.1.2.9')?.[16], "'=cmd()");
  assert.deepEqual(rows.find((row) => row[2] === '2001:db8::1')?.[16], 'a;b;c');
});

test('a long report is made in pieces that are worth a write', async (context) => {
  const sessions = Array.from({ length: 1200 }, (_, index) =>
    session({ address: `10.2.${index >> 8}.${index & 255}` }),
  );
  const path = writeLog(scratchFolder(context), 'EX01/Pop3/POP32026112010-1.LOG', ...sessions);
  const result = await report({ paths: [path] });
  for (const format of [reportJson, reportCsv, reportTable]) {
    const pieces = [...format(result)];
    assert.ok(pieces.length > 1 && pieces.length < 20, `${format.name}: ${pieces.length} pieces`);
    assert.ok(pieces.join('').split('\n').length > 1200);
  }
});

test('the table begins with what matters and ends with what is missing', async (context) => {
  assert.equal(
    [...reportTable(await mixedReport(context))].join(''),
    `3 unknown of 7 clients (1 acknowledged, 1 known, 1 proxied, 1 probe) in 30 rows of 2 files, 2026-11-20 10:00 to 2026-11-20 10:00 UTC
EX01 pop3 is used by 5 clients, 3 of them unknown; last row 2026-11-20 10:00:00 UTC
EX02 imap4 is used by 1 client, none of them unknown; last row 2026-11-20 10:00:00 UTC

STATUS        PROTOCOL  SERVER  ADDRESS      LABEL              CONNECTIONS  LOGINS  FAILED  FIRST SEEN        LAST SEEN         USERS
known         imap4     EX02    10.1.2.10    Scanner 3rd floor            1       1       0  2026-11-20 10:00  2026-11-20 10:00  svc-scan
unknown       pop3      EX01    9.9.9.9                                   1       1       0  2026-11-20 10:00  2026-11-20 10:00  evil\\u001b[31m
proxied       pop3      EX01    10.0.0.2                                  1       1       0  2026-11-20 10:00  2026-11-20 10:00  svc-scan
acknowledged  pop3      EX01    10.1.2.9     Old copier                   1       1       0  2026-11-20 10:00  2026-11-20 10:00  =cmd()
known         pop3      EX01    10.1.2.10    Scanner 3rd floor            1       1       0  2026-11-20 10:00  2026-11-20 10:00  svc-scan
unknown       pop3      EX01    10.1.3.1     Gone                         1       1       0  2026-11-20 10:00  2026-11-20 10:00  svc-scan
probe         pop3      EX01    127.0.0.1                                 1       1       0  2026-11-20 10:00  2026-11-20 10:00
unknown       pop3      EX01    2001:db8::1                               3       3       0  2026-11-20 10:00  2026-11-20 10:00  a, b +1

EX02 pop3: no rows in 0 files. Is protocol logging on there?
`,
  );
});

test('a wide text takes the columns that a terminal gives it', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112010-1.LOG',
    session({ user: '受付スキャナー' }),
    session({ address: '10.1.2.4', user: 'x'.repeat(300) }),
  );
  const lines = [...reportTable(await report({ paths: [folder] }))].join('').split('\n');
  assert.ok(lines.some((line) => line.endsWith('受付スキャナー')));
  assert.ok(lines.some((line) => line.endsWith(`${'x'.repeat(39)}…`)));
});

test('the notes say what could not be read, or may be wrong', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'POP32026112010-1.LOG', session(), 'no row\r\nno row\r\n', 'torn');
  mkdirSync(join(folder, 'empty'));
  const result = await report({ paths: ['nowhere', 'empty', '.'], directory: folder });
  assert.deepEqual(reportNotes(result), [
    'nowhere does not exist',
    'empty holds no POP3, IMAP4 or SMTP log',
    'nothing names the server of ., so it is this host: say --server NAME=.',
    `${join(folder, 'POP32026112010-1.LOG')}:6: too few columns (2 times)`,
    '1 file ended in the middle of a row, which may still be written and is not counted',
  ]);
});

test('a server that only probes and our own servers dial is used by no client, whatever is shown', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112010-1.LOG',
    session({ address: '127.0.0.1', user: '' }),
    session({ address: '10.9.9.9' }),
  );
  const ownAddresses = [{ server: null, range: parseAddressRange('10.9.9.0/24') }];
  const result = await report({ paths: [folder], ownAddresses, only: ['known'] });
  assert.deepEqual(verdictSentences(result), [
    'EX01 pop3 is used by no client: only 1 probe and 1 of our own servers came; last row 2026-11-20 10:00:00 UTC',
  ]);
});

test('the summary of nothing is a zero with its input', async (context) => {
  const folder = scratchFolder(context);
  assert.equal(summaryLine(await report({ paths: [folder] })), '0 unknown of 0 clients in 0 rows of 0 files');
});
