import type { Protocol } from './protocol.ts';

/** A refused login or a failed step: when it was logged, and the server's own words, cut at 256 code points. */
export interface Failure {
  /** Milliseconds since the epoch, UTC. */
  readonly at: number;
  readonly reason: string;
}

/**
 * What one slice of a log says about one connection. A short POP3 session is one event; a long IMAP session is one
 * event per slice that mentions it. No session is assembled across slices, so nothing is lost when the agent dies.
 *
 * Every figure is a sum, a minimum, a maximum or a set, so events can be applied in any order.
 */
export interface ConnectionEvent {
  readonly protocol: Protocol;
  /** Key of the server: first DNS label in upper case (an IP address as it is). */
  readonly server: string;
  /** Canonical client address: RFC 5952, IPv4-mapped folded to IPv4, no zone. */
  readonly address: string;
  readonly clientPort: number;
  /** The local `address:port` that was dialled, IPv6 in brackets; null when the log does not say. */
  readonly endpoint: string | null;
  /** The log's own session id; restarts with the service and is not unique. Null when blank. */
  readonly session: string | null;
  readonly file: string;
  /** Byte offset in `file` of the first row that this event counts. */
  readonly offset: number;
  /** Rows that open a connection. */
  readonly opened: number;
  readonly rows: number;
  readonly commands: number;
  readonly loginsSucceeded: number;
  readonly loginsFailed: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Smallest and largest row time, milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** Distinct user names as logged (or hashed, or none: `privacy.users`), at most `eventUsersMax`. */
  readonly users: readonly string[];
  /** Whether a user name was seen, kept even when privacy drops the names. */
  readonly hasUser: boolean;
  /** Of SMTP: the latest refusing reply. */
  readonly failure: Failure | null;
  /** There if and only if the protocol is SMTP. */
  readonly smtp?: SmtpFacts;
}

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

/**
 * An event closes and another one opens for the same connection when a slice names more users (or names, or senders)
 * than this.
 */
export const eventUsersMax = 64;

/** Every text that is kept is cut at this many code points by the reader, before it is compared or hashed. */
export const textCodePointsMax = 256;
