import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { headlineFinding } from '../../../src/report/html/headline.ts';
import { reportHtml } from '../../../src/report/html/page.ts';
import type { Report } from '../../../src/report/report.ts';
import { serverVerdicts } from '../../../src/report/server-verdict.ts';
import { session, writeLog } from './logs.ts';
import { report, scratchFolder } from './run.ts';

function pageOf(result: Report): string {
  return [...reportHtml(result)].join('');
}

function inventoryOf(...lines: string[]) {
  const { inventory } = parseInventory(['cidr,label,owner,contact,expires,state,note', ...lines].join('\n'));
  assert.ok(inventory !== undefined);
  return inventory;
}

/** The rows of the table of clients, as texts without tags. */
function rowsOf(page: string): string[] {
  const body = /<tbody id="rows">([^]*?)<\/tbody>/.exec(page)?.[1] ?? '';
  const rows = body.split('</tr>').map((row) =>
    row
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  return rows.filter((row) => row !== '');
}

test('the page needs nothing else, and its policy names its own style and script by their hash', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  const page = pageOf(await report({ paths: [folder] }));
  const policy = /content="(default-src[^"]*)"/.exec(page)?.[1] ?? '';
  for (const [tag, directive, count] of [
    ['style', 'style-src', 1],
    ['script', 'script-src', 2],
  ] as const) {
    const contents = [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map((match) => match[1] ?? '');
    assert.equal(contents.length, count);
    const hashes = contents.map((text) => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`);
    assert.ok(policy.includes(`${directive} ${hashes.join(' ')};`), policy);
  }
  assert.match(page, /content="default-src &#39;none&#39;; /);
  for (const [, place] of page.matchAll(/(?:src|href|action)="([^"]*)"/g)) assert.match(place ?? '', /^data:/);
  assert.doesNotMatch(page.replaceAll(/xmlns="[^"]*"/g, ''), /https?:\/\//);
});

test('unknown clients stand first, each with its name, hints, users and last failure', async (context) => {
  const folder = scratchFolder(context);
  writeLog(
    folder,
    'EX01/Pop3/POP32026112010-1.LOG',
    session({ address: '10.1.2.9' }),
    session({ address: '10.1.2.10', user: '<b>&"' }),
    '2026-11-20T10:00:05.000Z,A,7,10.0.0.1:995,10.1.2.30:1,svc,1,1,1,pass,*****,"R=""-ERR no <i>way</i>"""\r\n',
  );
  const inventory = inventoryOf('10.1.2.9,Scanner,Facilities,,,known,', '10.1.2.30,Old,,,,acknowledged,');
  const rows = rowsOf(pageOf(await report({ paths: [folder], inventory })));
  assert.deepEqual(rows, [
    '10.1.2.10 unknown EX01 POP3 10.0.0.1:995 &lt;b&gt;&amp;&quot; 1 1 0 2026-11-20 10:00:00 2026-11-20 10:00:00',
    '10.1.2.30 Old acknowledged logins fail EX01 POP3 10.0.0.1:995 svc 0 0 1 -ERR no &lt;i&gt;way&lt;/i&gt; 2026-11-20 10:00:05 unresolved: svc 2026-11-20 10:00:05 2026-11-20 10:00:05',
    '10.1.2.9 Scanner · Facilities known EX01 POP3 10.0.0.1:995 svc-scan 1 1 0 2026-11-20 10:00:00 2026-11-20 10:00:00',
  ]);
});

test('many users are there, folded', async (context) => {
  const folder = scratchFolder(context);
  const sessions = Array.from({ length: 60 }, (_, index) => session({ user: `user${String(index).padStart(2, '0')}` }));
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', ...sessions);
  const [row = ''] = rowsOf(pageOf(await report({ paths: [folder] })));
  assert.match(row, /user00, user01, user02 and 57 more user03, .*user49 and 10 more/);
});

test('the headline says what matters, and no zero without rows behind it', async (context) => {
  const folder = scratchFolder(context);
  const path = writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session(), session({ address: '10.0.0.1' }));
  writeLog(folder, 'EX02/Pop3/POP32026112010-1.LOG', session({ local: '10.0.0.2' }));
  const found = async (change: Partial<Parameters<typeof report>[0]>): Promise<unknown[]> => {
    const { verdict, word, number } = headlineFinding(await report({ paths: [folder], ...change }));
    return [verdict, word, number];
  };
  assert.deepEqual(await found({}), ['attention', 'UNKNOWN CLIENTS', 2]);
  assert.deepEqual(await found({ inventory: inventoryOf('10.1.2.3') }), ['attention', 'UNKNOWN CLIENT', 1]);
  assert.deepEqual(await found({ inventory: inventoryOf('10.0.0.0/8') }), ['remaining', 'KNOWN CLIENTS', 2]);
  assert.deepEqual(await found({ only: ['probe'] }), ['clear', 'NO CLIENTS', 0]);
  assert.deepEqual(await found({ paths: [path, '/absent'], only: ['probe'] }), ['blind', 'NOT ALL READ', null]);
  mkdirSync(join(folder, 'EX03/Pop3'), { recursive: true });
  assert.deepEqual(await found({ paths: [join(folder, 'EX03')] }), ['blind', 'NO ROWS', null]);
});

test('each server and protocol has its verdict in words', async (context) => {
  const folder = scratchFolder(context);
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session(), session({ address: '10.1.2.4' }));
  writeLog(folder, 'EX02/Imap4/IMAP42026112010-1.LOG', session());
  writeLog(folder, 'EX03/Pop3/POP32026112010-1.LOG', session({ address: '10.1.2.4' }));
  mkdirSync(join(folder, 'EX04/Pop3'), { recursive: true });
  const result = await report({ paths: [folder], inventory: inventoryOf('10.1.2.4') });
  assert.deepEqual(
    serverVerdicts(result).map(({ source, text }) => `${source.name} ${source.protocol}: ${text}`),
    [
      'EX01 pop3: used by 2 clients, 1 of them unknown',
      'EX02 imap4: used by 1 client, and it is unknown',
      'EX03 pop3: used by 1 client, none of them unknown',
      'EX04 pop3: no rows at all: is protocol logging on there?',
    ],
  );
  const page = pageOf(result);
  assert.match(page, /EX04 pop3: no rows in 0 files/, 'among the notes, too');
});
