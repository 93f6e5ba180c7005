import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const header = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';

export interface SessionParts {
  readonly at?: string;
  readonly address?: string;
  readonly local?: string;
  readonly user?: string;
}

/** Three rows: a session that opens, logs in and closes. */
export function session({
  at = '2026-11-20T10:00:00.000Z',
  address = '10.1.2.3',
  local = '10.0.0.1',
  user = 'svc-scan',
}: SessionParts = {}): string {
  const row = (sequence: number, name: string, rest: string): string =>
    `${at},00000000000000E2,${sequence},${local}:995,${address}:51234,${name},3,10,20,${rest}\r\n`;
  return row(0, '', 'OpenSession,,') + row(1, user, 'pass,*****,R=ok') + row(2, user, 'CloseSession,,');
}

/** Writes a log with a header below a folder; answers its path. */
export function writeLog(folder: string, name: string, ...sessions: string[]): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${header}\r\n#Fields: ${header}\r\n${sessions.join('')}`);
  return path;
}
