import type { Failure, SmtpFacts } from '../event/connection-event.ts';
import { laterFailure } from '../event/later-failure.ts';
import { higherTls } from '../event/tls-version.ts';
import type { DistinctTexts, TextsMode } from './distinct-texts.ts';
import { noTexts } from './few-texts.ts';
import { plus } from './sum.ts';

/** What only SMTP sightings hold; those of other protocols have no such part, because there may be a million of them. */
export interface SmtpSighting {
  messages: number;
  tracked: number;
  helo: DistinctTexts;
  /** Highest TLS version negotiated; null = no row says that one was. */
  tls: string | null;
  senders: DistinctTexts;
  connectors: DistinctTexts;
  /** Latest remark of the server on a failed login. */
  notice: Failure | null;
}

export function emptySmtp(mode: TextsMode): SmtpSighting {
  const none = noTexts(mode);
  return { messages: 0, tracked: 0, helo: none, tls: null, senders: none, connectors: none, notice: null };
}

export function applySmtp(into: SmtpSighting, facts: SmtpFacts): void {
  into.messages = plus(into.messages, facts.messages);
  into.tracked = plus(into.tracked, facts.tracked);
  for (const name of facts.helo) into.helo = into.helo.add(name);
  into.tls = higherTls(into.tls, facts.tls);
  for (const sender of facts.senders) into.senders = into.senders.add(sender);
  for (const connector of facts.connectors) into.connectors = into.connectors.add(connector);
  into.notice = laterFailure(into.notice, facts.notice);
}

export function mergeSmtp(into: SmtpSighting, other: SmtpSighting): void {
  into.messages = plus(into.messages, other.messages);
  into.tracked = plus(into.tracked, other.tracked);
  into.helo = into.helo.merge(other.helo);
  into.tls = higherTls(into.tls, other.tls);
  into.senders = into.senders.merge(other.senders);
  into.connectors = into.connectors.merge(other.connectors);
  into.notice = laterFailure(into.notice, other.notice);
}

export function cloneSmtp(smtp: SmtpSighting): SmtpSighting {
  return { ...smtp, helo: smtp.helo.copy(), senders: smtp.senders.copy(), connectors: smtp.connectors.copy() };
}
