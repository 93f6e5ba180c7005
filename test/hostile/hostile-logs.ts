/** Logs whose every field is hostile, in folders whose names are, too. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostileTexts } from './hostile-texts.ts';

const header = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';

const receiveHeader =
  'date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context';
const trackingHeader =
  'date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,' +
  'internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,' +
  'related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,' +
  'tenant-id,original-client-ip,original-server-ip,custom-data';
const at = '2026-11-20T10:00:00.000Z';

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

/** So that a row full of them is not over-long, which would hide it. */
const textUnitsMax = 30_000;

/** Each client names itself, its sender and its user by the text, and what the server says to it is the text, too. */
function receiveBytes(): Buffer {
  const rows: Buffer[] = [Buffer.from(`#Log-type: <script>\r\n#Fields: ${receiveHeader}\r\n`)];
  for (const [address, name] of hostileClients) {
    const text = (hostileTexts[name] ?? '').slice(0, textUnitsMax).toWellFormed();
    const cell = quoted(text);
    const client = `${address}:51234`;
    const add = (sequence: string, event: string, data: string, context: string, connector = 'PLAIN\\Relay'): void => {
      rows.push(row([at, connector, cell, sequence, '10.0.0.1:25', client, event, data, context]));
    };
    add('0', '+', '', cell);
    add('1', '<', quoted(`EHLO ${text}`), cell);
    add('2', '<', quoted(`MAIL FROM:<${text}>`), cell);
    add('3', '<', quoted(`MAIL FROM:${text}`), cell);
    add('4', '<', quoted(`XPROXY SID=${text} IP=${text} PORT=1 DOMAIN=${text}`), cell);
    add('5', '<', quoted(`XPROXY SID=1 IP=${address} PORT=1 DOMAIN=${text}`), cell);
    add('6', '*', cell, 'authenticated');
    add('7', '>', quoted(`535 5.7.3 ${text}`), cell);
    add('8', '>', quoted(`250 2.6.0 <${text}>`), cell);
    add('9', '*', cell, quoted(`Inbound authentication failed because of ${text}`));
    add('10', '*', cell, quoted(`TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded ${text}`));
    add('11', cell, cell, cell);
    add('12', '<', cell, cell, quoted(`PLAIN\\${text}`));
    add(cell, cell, cell, cell, cell);
    rows.push(row([cell, cell, cell, cell, cell, cell, cell, cell, cell]));
  }
  return Buffer.concat(rows);
}

function trackingBytes(): Buffer {
  const rows: Buffer[] = [Buffer.from(`#Fields: ${trackingHeader}\r\n`)];
  const columns = trackingHeader.split(',');
  for (const [address, name] of hostileClients) {
    const text = (hostileTexts[name] ?? '').slice(0, textUnitsMax).toWellFormed();
    const cell = quoted(text);
    const add = (cells: Readonly<Record<string, string>>): void => {
      rows.push(row(columns.map((column) => cells[column] ?? cell)));
    };
    const mail = { 'date-time': at, 'server-hostname': 'PLAIN', source: 'SMTP', 'event-id': 'RECEIVE' };
    add({ ...mail, 'client-ip': address, 'custom-data': '' });
    add({ ...mail, 'custom-data': quoted(`S:ProxiedClientIPAddress=${address};S:${text};S:ProxyHop1=PLAIN(${text})`) });
    add({ ...mail, 'custom-data': quoted(`S:ProxiedClientIPAddress=${text}`) });
    add({
      ...mail,
      'client-ip': '10.0.0.1',
      'server-ip': '10.0.0.1',
      'original-client-ip': address,
      'custom-data': '',
    });
    add({ 'date-time': at, 'client-ip': address });
    add({});
  }
  return Buffer.concat(rows);
}

/** Mail servers that rows name: each is a server of its own, which nobody has asked for. */
function namingBytes(): Buffer {
  const names = Object.values(hostileTexts).filter((text) => text.length < 80);
  const rows = names.map((text, index) =>
    row([at, quoted(`${text}\\Relay`), 'S', '0', '10.0.0.1:25', `10.67.0.${index + 1}:1`, '+', '', '']),
  );
  return Buffer.concat([Buffer.from(`#Fields: ${receiveHeader}\r\n`), ...rows]);
}

/** What a folder may be called on this system: no slash, no NUL, 255 bytes. */
function folderNames(): string[] {
  return Object.values(hostileTexts)
    .map((text) => text.replaceAll(/[/\0]/g, '_').toWellFormed())
    .filter((text) => text.length < 80);
}

/** Writes everything below a folder; a server called `PLAIN` has every client. */
export function writeHostileLogs(root: string): void {
  const write = (server: string, bytes: Buffer, kind = 'Pop3', file = 'POP32026112010-1.LOG'): void => {
    const folder = join(root, server, kind);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), bytes);
  };
  write('PLAIN', logBytes());
  write('PLAIN', receiveBytes(), 'SmtpReceive', 'RECV2026112010-1.LOG');
  write('PLAIN', namingBytes(), 'SmtpReceive', 'RECV2026112011-1.LOG');
  write('PLAIN', trackingBytes(), 'MessageTracking', 'MSGTRK2026112010-1.LOG');
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
