/** Figures, times and statuses as people read them. Times are UTC, as in the logs. */
import type { Protocol } from '../event/protocol.ts';
import type { Status } from '../inventory/status.ts';

const numbers = new Intl.NumberFormat('en');

export function count(value: number): string {
  return numbers.format(value);
}

/** `1 client`, `2 clients`. */
export function counted(value: number, one: string, more: string): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytes(value: number): string {
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${byteUnits[unit]}`;
}

/** `2026-11-24T10:00:05.123Z` -> `2026-11-24 10:00:05`. */
export function dateTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

export const protocolText: Readonly<Record<Protocol, string>> = { imap4: 'IMAP4', pop3: 'POP3', smtp: 'SMTP' };

export const statusHint: Readonly<Record<Status, string>> = {
  unknown: 'not in the inventory of known clients',
  acknowledged: 'in the inventory: its owner has been told',
  known: 'in the inventory',
  proxied: 'another of our own servers, passing its clients on',
  probe: 'a health check of a balancer or of the server itself',
};
