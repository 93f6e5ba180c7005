const healthMailbox = 'healthmailbox';
const separators = /[\\/]/;

/**
 * Whether a user is one of Exchange's own probes: `HealthMailbox…`, after an optional `DOMAIN\` (or `DOMAIN/`),
 * without regard to case as all names of a directory are.
 */
export function isHealthMailbox(user: string): boolean {
  return isAt(user, 0) || isAt(user, user.search(separators) + 1);
}

function isAt(user: string, start: number): boolean {
  // Most names do not even begin so, which spares them a copy.
  return (
    (user.charCodeAt(start) | 0x20) === 0x68 &&
    user.slice(start, start + healthMailbox.length).toLowerCase() === healthMailbox
  );
}

/** Whether a value names nobody. */
export function isBlankUser(user: string): boolean {
  return user.trim() === '';
}
