import type { Sighting } from './sighting.ts';

/** What a client's counts suggest, in the order in which hints are shown. Behaviour never decides a status. */
export const hints = ['opens only', 'never logged in', 'logins fail'] as const;
export type Hint = (typeof hints)[number];

/** POP3 and IMAP4 only: for SMTP a client without a login is the normal case. */
export function hintsOf(
  sighting: Pick<Sighting, 'protocol' | 'connections' | 'commands' | 'loginsSucceeded' | 'loginsFailed'>,
): readonly Hint[] {
  const { connections, commands, loginsSucceeded, loginsFailed } = sighting;
  if (sighting.protocol === 'smtp') return [];
  const holds: Record<Hint, boolean> = {
    'opens only': connections > 0 && commands === 0,
    'never logged in': commands > 0 && loginsSucceeded === 0 && loginsFailed === 0,
    'logins fail': loginsFailed > 0 && loginsSucceeded === 0,
  };
  return hints.filter((hint) => holds[hint]);
}
