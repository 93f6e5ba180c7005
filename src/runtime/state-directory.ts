import { posix, win32 } from 'node:path';

/** What the platform says of this process. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Numeric user id; null on Windows. */
  readonly userId: number | null;
}

/**
 * Where state lives when nobody says. systemd's `StateDirectory=` comes first (a list, of which the first counts);
 * a service gets the machine's folder, a person his own (XDG base directories; `Application Support`). On Windows it
 * is always the machine's: a service account has no profile to speak of.
 */
export function defaultStateDirectory({ platform, environment, home, userId }: Surroundings): string {
  if (platform === 'win32') return win32.join(environment['ProgramData'] || 'C:\\ProgramData', 'Straggler');
  const bySystemd = environment['STATE_DIRECTORY']?.split(':')[0];
  if (bySystemd) return bySystemd;
  if (platform === 'darwin') {
    return posix.join(userId === 0 ? '/Library' : posix.join(home, 'Library'), 'Application Support', 'Straggler');
  }
  if (userId === 0) return '/var/lib/straggler';
  const chosen = environment['XDG_STATE_HOME'];
  // The specification: a relative path is invalid and to be ignored.
  const base = chosen && posix.isAbsolute(chosen) ? chosen : posix.join(home, '.local', 'state');
  return posix.join(base, 'straggler');
}
