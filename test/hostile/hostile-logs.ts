/** Logs whose every field is hostile, in folders whose names are, too. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostileTexts } from './hostile-texts.ts';

const header = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';

/** A field as somebody would write it who knows CSV: only line ends cannot be in it. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll(/[\r\n]/g, ' ')}"`;
}

function row(fields: readonly (string | Buffer)[]): Buffer {
  const cells = fields.flatMap((field, index) => [
    ...(index === 0 ? [] : [Buffer.from(',')]),
    typeof field === 'string' ? Buffer.from(field) : field,
  ]);
  return Buffer.concat([...cells, Buffer.from('\r\n')]);
}

/** Clients that the logs name, and what each is called: one for every hostile text. */
export const hostileClients: readonly (readonly [address: string, name: string])[] = Object.keys(hostileTexts).map(
  (name, index) => [`10.66.${Math.floor(index / 250)}.${(index % 250) + 1}`, name] as const,
);

/** Rows that can be read, of each client, and others in which every field is the hostile text. */
function logBytes(): Buffer {
  const rows: Buffer[] = [Buffer.from(`${header}\r\n#Fields: ${header}\r\n#Software: <script>\u001b[31m\r\n`)];
  for (const [address, name] of hostileClients) {
    const text = hostileTexts[name] ?? '';
    const cell = quoted(text);
    const client = `${address}:51234`;
    const at = '2026-11-20T10:00:00.000Z';
    const context = quoted(`R="-ERR ${text}";ErrMsg="${text}";x=${text}`);
    rows.push(
      row([at, cell, '0', '10.0.0.1:995', client, '', '0', '0', '0', 'OpenSession', cell, cell]),
      row([at, cell, '1', '10.0.0.1:995', client, cell, cell, cell, cell, 'pass', cell, context]),
      row([at, cell, '2', '10.0.0.1:995', client, cell, '0', '0', '0', cell, cell, cell]),
      row([at, cell, cell, cell, cell, cell, cell, cell, cell, cell, cell, cell]),
      row([cell, cell, '0', cell, client, cell, '0', '0', '0', cell, cell, cell]),
      row([at, cell, '3', cell, client, '', '0', '0', '0', 'stat', '', '']),
      row([at, 'S', '5', '', client, cell, '', '', '', 'stat', '', '']),
      // Not quoted at all: commas and quotes fall where they fall.
      row([at, text.replaceAll(/[\r\n]/g, ''), '4', '10.0.0.1:995', client, text, '0', '0', '0', 'stat', text, text]),
    );
  }
  for (const bytes of [[0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const bad = Buffer.from(bytes);
    rows.push(row(['2026-11-20T10:00:00.000Z', bad, '0', bad, '10.66.9.9:1', bad, bad, bad, bad, bad, bad, bad]));
  }
  rows.push(
    Buffer.alloc(100_000),
    row(['2026-11-20T10:00:01.000Z', 'A', '0', '', '10.66.9.8:1', '', '', '', '', '', '', '']),
  );
  return Buffer.concat(rows);
}

/** What a folder may be called on this system: no slash, no NUL, 255 bytes. */
function folderNames(): string[] {
  return Object.values(hostileTexts)
    .map((text) => text.replaceAll(/[/\0]/g, '_').toWellFormed())
    .filter((text) => text.length < 80);
}

/** Writes everything below a folder; a server called `PLAIN` has every client. */
export function writeHostileLogs(root: string): void {
  const write = (server: string, bytes: Buffer): void => {
    const folder = join(root, server, 'Pop3');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'POP32026112010-1.LOG'), bytes);
  };
  write('PLAIN', logBytes());
  const few = Buffer.from(
    `${header}\r\n2026-11-20T10:00:00.000Z,A,0,10.0.0.1:995,10.66.8.1:1,svc,0,0,0,OpenSession,,\r\n2026`,
  );
  for (const name of folderNames()) write(name, few);
}

/** An inventory in whose every cell somebody wrote something hostile; it is the administrator's own file. */
export function hostileInventory(): string {
  const lines = hostileClients.slice(0, 20).map(([address, name]) => {
    const text = (hostileTexts[name] ?? '').slice(0, 200).toWellFormed();
    return [address, text, text, text, '', 'known', text].map((cell) => quoted(cell)).join(',');
  });
  return `cidr,label,owner,contact,expires,state,note\n${lines.join('\n')}\n`;
}
