/** Figures and times as people read them. Times are UTC, as in the logs. */
import type { Protocol } from '../../event/protocol.ts';
import type { ClientView, Migration, Status, Verdict } from '../views.ts';

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

/** `24h` -> `24 h`, not torn at the end of a line. */
export function windowText(window: string): string {
  return window.replace(/(\d)(\D)/g, '$1\u00a0$2');
}

/** `2026-11-24T10:00:05.123Z` -> `2026-11-24 10:00:05`. */
export function dateTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** How long before `now`, in one unit. What lies ahead by a clock that is wrong is `now` too. */
export function ago(iso: string, now: string): string {
  const seconds = Math.floor((Date.parse(now) - Date.parse(iso)) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${count(Math.floor(seconds / 86_400))} d ago`;
}

export const protocolText: Readonly<Record<Protocol, string>> = { imap4: 'IMAP4', pop3: 'POP3', smtp: 'SMTP' };

export const verdictText: Readonly<Record<Verdict, string>> = {
  attention: 'ATTENTION',
  remaining: 'REMAINING',
  clear: 'ALL CLEAR',
  blind: 'BLIND',
};

export const statusHint: Readonly<Record<Status, string>> = {
  unknown: 'not in the inventory of known clients',
  acknowledged: 'in the inventory: its owner has been told',
  known: 'in the inventory',
  proxied: 'another of our own servers, passing its clients on',
  probe: 'a health check of a balancer or of the server itself',
};

export const migrationText: Readonly<Record<Migration, string>> = {
  legacy_only: 'legacy only',
  both: 'legacy and new',
  new_only: 'moved',
};

/** What a device calls itself in `EHLO`; null where none has. */
export function heloOf({ sightings }: Pick<ClientView, 'sightings'>): string | null {
  return sightings.flatMap(({ helo }) => helo)[0] ?? null;
}
