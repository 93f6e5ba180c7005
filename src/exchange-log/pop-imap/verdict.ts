import { cutText } from '../../event/cut-text.ts';
import type { CommandKind } from './command.ts';
import { contextValue } from './context.ts';

/** What a row says of a login. */
export type Verdict = 'none' | 'succeeded' | Refusal;

/** The server's own words, cut. */
interface Refusal {
  readonly reason: string;
}

/**
 * The verdict of a row: that of its `R=`, which begins with `ok` for success. No `R=` is no verdict, and neither is a
 * bare `auth`, which lists the mechanisms. A `user` row can only fail: the login itself is on the `pass` row.
 */
export function verdictOf(kind: CommandKind, context: string, hasParameters: boolean): Verdict {
  if (kind === 'server' || kind === 'other' || (kind === 'authenticate' && !hasParameters)) {
    return 'none';
  }
  const result = contextValue(context, 'R');
  if (result === null) {
    return 'none';
  }
  if (result.slice(0, 2).toLowerCase() === 'ok') {
    return kind === 'user' ? 'none' : 'succeeded';
  }
  const message = contextValue(context, 'ErrMsg');
  return { reason: cutText(message === null || message === '' ? result : message) };
}

/** Whether a context begins with `R=ok`, as that of nearly every login does; spares the text. */
export function beginsWithOk(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 4 &&
    bytes[start] === 0x52 &&
    bytes[start + 1] === 0x3d &&
    ((bytes[start + 2] as number) | 0x20) === 0x6f &&
    ((bytes[start + 3] as number) | 0x20) === 0x6b
  );
}
