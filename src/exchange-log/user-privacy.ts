import { createHash } from 'node:crypto';

/** What is kept of user names, `privacy.users`. */
export type UserPrivacy = 'keep' | 'hash' | 'drop';

/** Hex digits of a hashed name: 64 bits, so that two of a million names meet once in 40 million installations. */
export const userHashDigits = 16;

/**
 * The hook that keeps a user's name, its hash, or nothing. The hash is SHA-256 of the lower-cased name, so that it is
 * the same on every host and for every spelling; it hides a name from a glance, not from someone with a list of names.
 */
export function userPrivacy(mode: UserPrivacy): (name: string) => string | null {
  switch (mode) {
    case 'keep':
      return (name) => name;
    case 'hash':
      return (name) => createHash('sha256').update(name.toLowerCase()).digest('hex').slice(0, userHashDigits);
    case 'drop':
      return () => null;
  }
}
