import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { receiveHeader, receiveRow, trackingHeader, trackingRow } from '../exchange-log/smtp.ts';
import { session, writeLog } from './logs.ts';
import { parsed, report, scratchFolder } from './run.ts';

function write(folder: string, name: string, header: string, ...rows: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `\ufeff#Software: Microsoft Exchange Server\r\n#Fields: ${header}\r\n${rows.join('')}`);
  return path;
}

const logs = 'V15/TransportRoles/Logs';

test('receive logs and message tracking add up to one entry a client and server', async (context) => {
  const folder = scratchFolder(context);
  write(
    folder,
    `EX07/${logs}/FrontEnd/ProtocolLog/SmtpReceive/RECV2026112010-1.LOG`,
    receiveHeader,
    receiveRow({ event: '+' }),
    receiveRow({ data: 'EHLO scanner' }),
    receiveRow({ event: '*', data: 'CONTOSO\\svc-scan', context: 'authenticated' }),
    receiveRow({ event: '>', data: '235 2.7.0 Authentication successful' }),
    receiveRow({ data: 'MAIL FROM:<scan@contoso.test>' }),
    receiveRow({ event: '>', data: '250 2.6.0 <1@contoso.test> Queued mail for delivery' }),
  );
  write(
    folder,
    `EX07/${logs}/MessageTracking/MSGTRK2026112010-1.LOG`,
    trackingHeader,
    trackingRow(),
    trackingRow({ source: 'STOREDRIVER' }),
  );
  write(folder, `EX07/${logs}/MessageTracking/MSGTRKMD2026112010-1.LOG`, trackingHeader, trackingRow());
  write(folder, `EX07/${logs}/FrontEnd/ProtocolLog/SmtpSend/SEND2026112010-1.LOG`, receiveHeader, receiveRow());
  const { input, clients, totals } = parsed(await report({ paths: [folder] }));
  assert.deepEqual([input.files, input.ignoredFiles, input.rows, input.ignoredRows, input.badRows], [2, 2, 8, 1, 0]);
  assert.deepEqual(input.servers, [
    { name: 'EX07', protocol: 'smtp', files: 2, rows: 7, lastRow: '2026-11-20T10:00:01.204Z' },
  ]);
  assert.equal(totals.sightings, 1);
  assert.deepEqual(clients[0], {
    protocol: 'smtp',
    server: 'EX07',
    address: '10.1.2.3',
    status: 'unknown',
    label: null,
    owner: null,
    hints: [],
    connections: 1,
    rows: 7,
    commands: 2,
    logins: { succeeded: 1, failed: 0 },
    bytes: { received: 0, sent: 0 },
    firstSeen: '2026-11-20T10:00:01.204Z',
    lastSeen: '2026-11-20T10:00:01.204Z',
    users: ['CONTOSO\\svc-scan'],
    usersTotal: 1,
    usersApproximate: false,
    endpoints: ['10.0.0.7:25'],
    lastFailure: null,
    messages: 1,
    tracked: 1,
    helo: ['scanner'],
    tls: 'none',
    senders: ['scan@contoso.test'],
    connectors: ['Default Frontend EX07'],
    failedUsers: { recovered: [], unresolved: [] },
  });
});

test('rows name their server, and the path only where they do not', async (context) => {
  const folder = scratchFolder(context);
  write(
    folder,
    'L/Receive/RECV2026112010-1.LOG',
    receiveHeader,
    receiveRow(),
    receiveRow({ connector: 'EX08\\Relay' }),
  );
  write(folder, 'L/Receive/RECV2026112011-1.LOG', receiveHeader);
  mkdirSync(join(folder, 'EX09/SmtpReceive'), { recursive: true });
  const result = await report({ paths: [folder] });
  const { input, clients } = parsed(result);
  assert.deepEqual(
    input.servers.map(({ name, files, rows }: Record<string, unknown>) => [name, files, rows]),
    [
      ['COLLECT01', 1, 0],
      ['EX07', 1, 1],
      ['EX08', 1, 1],
      ['EX09', 0, 0],
    ],
  );
  assert.deepEqual(
    clients.map(({ server }: Record<string, unknown>) => server),
    ['EX07', 'EX08'],
  );
  assert.deepEqual(result.found.guessedPaths, []);
});

test('message tracking says nothing of TLS', async (context) => {
  const folder = scratchFolder(context);
  write(folder, 'EX07/MessageTracking/MSGTRK2026112010-1.LOG', trackingHeader, trackingRow());
  const { clients } = parsed(await report({ paths: [folder] }));
  assert.deepEqual([clients[0].tls, clients[0].connections, clients[0].tracked], [null, 0, 1]);
});

test('a log without a name is what its header says', async () => {
  const read = async (content: string): Promise<readonly unknown[]> => {
    const standardInput = Readable.from([Buffer.from(content)]);
    const { input, clients } = parsed(await report({ paths: ['-'], protocols: ['smtp'], standardInput }));
    return [clients.length, clients[0]?.tracked, input.servers[0].name, input.servers[0].files];
  };
  assert.deepEqual(await read(receiveRow()), [1, 0, 'EX07', 1]);
  assert.deepEqual(await read(`#Fields: ${trackingHeader}\r\n${trackingRow()}`), [1, 1, 'EX07', 1]);
  assert.deepEqual(await read(''), [0, undefined, 'COLLECT01', 1]);
});

test('a log whose name says nothing is told by its header, and shown alone by its protocol', async (context) => {
  const folder = scratchFolder(context);
  const path = write(folder, 'tracking.txt', trackingHeader, trackingRow());
  writeLog(folder, 'EX01/Pop3/POP32026112010-1.LOG', session());
  const { clients } = parsed(await report({ paths: [path, folder], protocols: ['smtp'] }));
  assert.deepEqual(
    clients.map(({ protocol, tracked }: Record<string, unknown>) => [protocol, tracked]),
    [['smtp', 1]],
  );
});
