/** What a command means for counting. */
export type CommandKind =
  /** Ends a login: `login`, `pass`. */
  | 'login'
  /** Ends a login, unless it has no parameters: it then lists the mechanisms. */
  | 'authenticate'
  /** POP3 `user`: can only fail. */
  | 'user'
  /** Written by the server itself: `OpenSession`, `CloseSession`, `proxy`. */
  | 'server'
  | 'other';

const kinds: ReadonlyMap<string, CommandKind> = new Map([
  ['login', 'login'],
  ['pass', 'login'],
  ['authenticate', 'authenticate'],
  ['auth', 'authenticate'],
  ['user', 'user'],
  ['opensession', 'server'],
  ['closesession', 'server'],
  ['proxy', 'server'],
]);

/** Without regard to case. */
export function commandKind(command: string): CommandKind {
  return kinds.get(command.toLowerCase()) ?? 'other';
}
