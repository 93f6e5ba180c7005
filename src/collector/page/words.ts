/** What only the live page says in words. */
import type { ClientView, Migration, Verdict } from '../views.ts';
import { count } from '../../markup/words.ts';

/** `24h` -> `24 h`, not torn at the end of a line. */
export function windowText(window: string): string {
  return window.replace(/(\d)(\D)/g, '$1\u00a0$2');
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

/** How long it is from one time to another, to the minute where it is longer than two. */
export function lasted(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const verdictText: Readonly<Record<Verdict, string>> = {
  attention: 'ATTENTION',
  remaining: 'REMAINING',
  clear: 'ALL CLEAR',
  blind: 'BLIND',
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
