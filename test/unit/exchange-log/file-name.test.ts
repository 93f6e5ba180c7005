import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { popImapFormat } from '../../../src/exchange-log/pop-imap/format.ts';
import { parseLogFileName } from '../../../src/exchange-log/file-name.ts';

test('an hourly front-end file', () => {
  assert.deepEqual(parseLogFileName('POP32026112010-1.LOG'), {
    protocol: 'pop3',
    format: popImapFormat,
    isCounted: true,
    prefix: 'POP3',
    period: 'hour',
    periodStart: Date.UTC(2026, 10, 20, 10),
    sequence: 1,
  });
});

test('a daily back-end file, in any case', () => {
  assert.deepEqual(parseLogFileName('imap4be20160209-12.log'), {
    protocol: 'imap4',
    format: popImapFormat,
    isCounted: false,
    prefix: 'IMAP4BE',
    period: 'day',
    periodStart: Date.UTC(2016, 1, 9),
    sequence: 12,
  });
});

test('a monthly file begins on the first', () => {
  const name = parseLogFileName('POP3201602-1.LOG');
  assert.deepEqual([name?.period, name?.periodStart], ['month', Date.UTC(2016, 1, 1)]);
});

test('a weekly file begins on the earliest day its week can mean', () => {
  const day = (week: number): number =>
    new Date(parseLogFileName(`IMAP4201602W${week}-1.LOG`)?.periodStart ?? 0).getUTCDate();
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(day), [1, 1, 2, 9, 16, 23]);
  assert.equal(parseLogFileName('IMAP4201602W2-1.LOG')?.period, 'week');
});

test('receive logs and message tracking count; what is sent, and mail between mailboxes, does not', () => {
  const names = [
    'RECV2023011116-1.LOG',
    'recv20230111-2.log',
    'MSGTRK2026100108-1.LOG',
    'SEND2023011116-1.LOG',
    'MSGTRKMD2026100108-1.LOG',
    'MSGTRKMS2026100108-1.LOG',
    'MSGTRKMA2026100108-1.LOG',
  ];
  assert.deepEqual(
    names.map((name) => parseLogFileName(name)).map((name) => [name?.protocol, name?.prefix, name?.isCounted]),
    [
      ['smtp', 'RECV', true],
      ['smtp', 'RECV', true],
      ['smtp', 'MSGTRK', true],
      ['smtp', 'SEND', false],
      ['smtp', 'MSGTRKMD', false],
      ['smtp', 'MSGTRKMS', false],
      ['smtp', 'MSGTRKMA', false],
    ],
  );
  assert.notEqual(parseLogFileName('RECV20230111-1.LOG')?.format, parseLogFileName('MSGTRK20230111-1.LOG')?.format);
});

test('a copy of a file is a log file too', () => {
  assert.equal(parseLogFileName('POP32026112010-1 (2).LOG')?.sequence, 1);
});

test('a prefix of an administrator', () => {
  const prefixes = [
    { prefix: 'MailIn', protocol: 'pop3' },
    { prefix: 'POP3X', protocol: 'imap4' },
  ] as const;
  assert.equal(parseLogFileName('MAILIN20261120-1.LOG', { prefixes })?.prefix, 'MAILIN');
  assert.equal(parseLogFileName('MailInBE20261120-1.LOG', { prefixes })?.isCounted, false);
  assert.equal(parseLogFileName('POP3X20261120-1.LOG', { prefixes })?.protocol, 'imap4');
  assert.equal(parseLogFileName('POP320261120-1.LOG', { prefixes })?.protocol, 'pop3');
  assert.equal(parseLogFileName('MAILIN20261120-1.LOG'), null);
});

test('other files of the folder are none of ours', () => {
  for (const name of [
    '',
    'POP3.LOG',
    'POP320261120.LOG',
    'POP32026112010-.LOG',
    'POP32026112010-1.TXT',
    'POP32026112010-1.LOG.gz',
    'CONNECTIVITY2026112010-1.LOG',
    'RECVX2026112010-1.LOG',
    'MSGTRKX2026112010-1.LOG',
    'MSGTRK-1.LOG',
    'POP3202611201-1.LOG',
    'XPOP320261120-1.LOG',
    'POP3CA20261120-1.LOG',
    'POP320261-1.LOG',
  ]) {
    assert.equal(parseLogFileName(name), null, name);
  }
});

test('a date that no calendar has is no name', () => {
  for (const name of [
    'POP320260230-1.LOG',
    'POP32026112024-1.LOG',
    'POP3202613-1.LOG',
    'POP3202600-1.LOG',
    'POP320261100-1.LOG',
    'POP3202611W7-1.LOG',
  ]) {
    assert.equal(parseLogFileName(name), null, name);
  }
});

test('any text is a name or none', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^(POP3|IMAP4)(BE)?[0-9W]{5,12}-[0-9]{0,20}\.LOG$/), (name) => {
      const parsed = parseLogFileName(name);
      assert.ok(parsed === null || (Number.isSafeInteger(parsed.sequence) && Number.isFinite(parsed.periodStart)));
    }),
  );
});
