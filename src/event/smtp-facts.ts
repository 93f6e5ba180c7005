import type { Failure } from './connection-event.ts';

/** What SMTP logs say beyond what all protocols have. Sums, a maximum and sets: order-free as the rest of an event. */
export interface SmtpFacts {
  /** Mail accepted, as the receive log says it. */
  readonly messages: number;
  /** Mail accepted, as message tracking says it: another evidence of the same mail, never added to `messages`. */
  readonly tracked: number;
  /** Names in `EHLO` and `HELO`: they name the device. At most `eventUsersMax`, as the other lists. */
  readonly helo: readonly string[];
  /** Highest version negotiated, `TLS 1.2`; null when no row says that one was. */
  readonly tls: string | null;
  /** Addresses in `MAIL FROM`, without the blank one of bounces (or hashed, or none: `privacy.users`). */
  readonly senders: readonly string[];
  /** Names of receive connectors, without their server. */
  readonly connectors: readonly string[];
  /** Latest remark of the server on why a login failed (`*` rows); it tells more than the refusing reply, `failure`. */
  readonly notice: Failure | null;
}

/** `SSL 2.0` to `TLS 1.3`, spelled so that the order of texts is the order of versions. */
export const tlsVersionPattern = /^(?:SSL|TLS) [0-9]\.[0-9]$/;

/** The higher of two versions. */
export function higherTls(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}
