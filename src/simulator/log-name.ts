import type { LoggedProtocol } from './log-row.ts';

export type RollOver = 'hourly' | 'daily' | 'weekly' | 'monthly';

/** The period of a time as file names spell it, in UTC: `2026112010`, `20261120`, `202611W3`, `202611`. */
export function periodLabel(timeMs: number, rollOver: RollOver): string {
  const digits = new Date(timeMs).toISOString().replaceAll(/[-T:]/g, '');
  switch (rollOver) {
    case 'hourly':
      return digits.slice(0, 10);
    case 'daily':
      return digits.slice(0, 8);
    case 'weekly':
      return `${digits.slice(0, 6)}W${Math.ceil(Number(digits.slice(6, 8)) / 7)}`;
    case 'monthly':
      return digits.slice(0, 6);
  }
}

/** `POP32026112010-1.LOG`; back-end files have the prefix `POP3BE`. */
export function logName(protocol: LoggedProtocol, backEnd: boolean, label: string, number: number): string {
  return `${protocol.toUpperCase()}${backEnd ? 'BE' : ''}${label}-${number}.LOG`;
}

/** The folder of a protocol below its server, as Exchange names it. */
export function folderName(protocol: LoggedProtocol): string {
  return protocol === 'pop3' ? 'Pop3' : 'Imap4';
}
