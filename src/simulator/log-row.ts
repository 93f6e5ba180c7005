import type { ClientAddress } from './client-address.ts';

export type LoggedProtocol = 'imap4' | 'pop3';

export interface LoggedEndpoint {
  readonly address: ClientAddress;
  readonly port: number;
}

/** One row as decided: what it says, and beside it what it means. The meaning is never worked out from the text. */
export interface LogRow {
  readonly timeMs: number;
  readonly sessionId: string;
  readonly sequence: number;
  readonly server: LoggedEndpoint;
  readonly client: LoggedEndpoint;
  readonly user: string;
  readonly durationMs: number;
  readonly received: number;
  readonly sent: number;
  readonly command: string;
  readonly parameters: string;
  /** `Key=value;…`, see `contextText`. */
  readonly context: string;
  /** What the row says about a login; null when it says nothing. */
  readonly verdict: 'succeeded' | 'failed' | null;
  /** Why a login failed, in the words an answer must show; only with `failed`. */
  readonly reason: string | null;
}

/** As Exchange joins a context: a value that holds a space, `"`, `,` or `;` is wrapped, inner quotes stay as they are. */
export function contextText(pairs: readonly (readonly [key: string, value: string])[]): string {
  return pairs.map(([key, value]) => `${key}=${/[ ",;]/.test(value) ? `"${value}"` : value}`).join(';');
}

/** A line break in a value is written as the characters `\r`, `\n`; a reader cannot and must not turn it back. */
export function singleLine(text: string): string {
  return text.includes('\r') || text.includes('\n') ? text.replaceAll('\r', '\\r').replaceAll('\n', '\\n') : text;
}
