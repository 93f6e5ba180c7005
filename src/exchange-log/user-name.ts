const healthMailbox = 'healthmailbox';

/**
 * Whether a user is one of Exchange's own probes: `HealthMailbox…`, after an optional `DOMAIN\` (or `DOMAIN/`),
 * without regard to case as all names of a directory are.
 */
export function isHealthMailbox(user: string): boolean {
  const lower = user.toLowerCase();
  if (lower.startsWith(healthMailbox)) {
    return true;
  }
  const separator = lower.search(/[\\/]/);
  return separator !== -1 && lower.startsWith(healthMailbox, separator + 1);
}

/** Whether a value names nobody. */
export function isBlankUser(user: string): boolean {
  return user.trim() === '';
}
