import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { seekHorizon } from '../../../src/agent/seek.ts';
import { popImapFormat } from '../../../src/exchange-log/pop-imap/format.ts';
import { ReaderCaches } from '../../../src/exchange-log/reader-caches.ts';
import { readSlice } from '../../../src/exchange-log/slice-reader.ts';
import { type ReaderState, startOfFile } from '../../../src/exchange-log/slice.ts';
import { scratch } from './scratch.ts';

const start = Date.UTC(2026, 10, 1);
const hourMs = 3_600_000;
const header = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';
const orders = [
  `#Fields: ${header}\r\n`,
  '#Fields: sessionId,dateTime,seqNumber,cIp,command\r\n',
  '#Fields: broken\r\n',
];

/** Rows of rising times, with odd lines and changed headers among them. */
function fileOf(hours: number, oddEvery: number, headersAt: ReadonlySet<number>, first: string): Buffer {
  let text = first;
  let order = 0;
  for (let index = 0; index < hours * 300; index++) {
    if (headersAt.has(index)) {
      const header = orders[index % orders.length] ?? '';
      text += header;
      if (!header.includes('broken')) order = index % orders.length;
    }
    const time = new Date(start + index * 12_000).toISOString();
    if (oddEvery > 0 && index % oddEvery === 0) text += `garbage ${time}\r\n\0\0`;
    text +=
      order === 0
        ? `${time},S${index},0,10.0.0.1:995,10.1.2.3:51234,user@contoso.test,39,0,53,OpenSession,${'x'.repeat(60)},\r\n`
        : `S${index},${time},0,10.1.2.3:51234,OpenSession${'y'.repeat(60)}\r\n`;
  }
  return Buffer.from(text);
}

function sessionsOf(bytes: Buffer, state: ReaderState, offset: number, since: number): string[] {
  const caches = new ReaderCaches();
  const options = { protocol: 'pop3', server: 'EX01', file: 'x', finished: true, caches, since } as const;
  return readSlice(state, bytes.subarray(offset), offset, options).events.map(({ session }) => session ?? '');
}

test('no row at or after the horizon is passed over, whatever stands between the rows', async () => {
  await using folder = await scratch();
  const path = folder.path('POP3202611-1.LOG');
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.nat(9),
      fc.uniqueArray(fc.nat(12_000), { maxLength: 4 }),
      fc.constantFrom('', `${header}\r\n`, `\ufeff${orders[0]}`),
      fc.integer({ min: -2, max: 45 }),
      async (hours, oddEvery, headersAt, first, horizonHours) => {
        const bytes = fileOf(hours, oddEvery, new Set(headersAt), first);
        await writeFile(path, bytes);
        await using handle = await open(path, 'r');
        const horizon = start + horizonHours * hourMs;
        const found = await seekHorizon(handle, bytes.length, horizon, popImapFormat);
        const state = { ...startOfFile, columns: found?.columns ?? null };
        assert.deepEqual(
          sessionsOf(bytes, state, found?.offset ?? 0, horizon),
          sessionsOf(bytes, startOfFile, 0, horizon),
        );
        if (found !== null) assert.equal(bytes[found.offset - 1], 0x0a);
      },
    ),
    { numRuns: 60 },
  );
});

test('what is passed over is nearly all that can be', async () => {
  await using folder = await scratch();
  const path = folder.path('POP3202611-1.LOG');
  const bytes = fileOf(60, 0, new Set(), orders[0] ?? '');
  await writeFile(path, bytes);
  await using handle = await open(path, 'r');
  const found = await seekHorizon(handle, bytes.length, start + 50 * hourMs, popImapFormat);
  const perHour = bytes.length / 60;
  assert.ok(found !== null && found.offset > 47 * perHour && found.offset <= 49 * perHour + 1000);
  assert.equal(found.guard.length, 256);
  assert.equal(found.prefix.length, 1024);
});
