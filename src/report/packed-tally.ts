/**
 * A tally on its way from one thread to another: numbers in one array that is handed over as it is, and each text once.
 * Nobody stores this; both threads are of one program.
 */
import type { Failure } from '../event/connection-event.ts';
import type { Protocol } from '../event/protocol.ts';
import type { DistinctTexts } from '../sighting/distinct-texts.ts';
import { textsOf } from '../sighting/few-texts.ts';
import { ClientTally } from './client-tally.ts';
import { LatestLogins } from './failed-logins.ts';
import { type SourceTally, Tally } from './tally.ts';

export interface PackedTally {
  readonly totals: Pick<Tally, 'bytes' | 'rows' | 'ignoredRows' | 'badRows' | 'firstRowAt' | 'lastRowAt'>;
  readonly sources: readonly PackedSource[];
  readonly texts: readonly string[];
  readonly numbers: Float64Array<ArrayBuffer>;
}

interface PackedSource extends Pick<SourceTally, 'server' | 'protocol' | 'files' | 'rows' | 'lastRowAt'> {
  readonly endpoints: readonly string[];
  readonly clients: number;
}

export function packTally(tally: Tally): PackedTally {
  const { bytes, rows, ignoredRows, badRows, firstRowAt, lastRowAt } = tally;
  const packing = new Packing();
  const sources: PackedSource[] = [];
  for (const source of tally.sources) {
    const { server, protocol, files, lastRowAt: last, endpoints, clients } = source;
    sources.push({
      server,
      protocol,
      files,
      rows: source.rows,
      lastRowAt: last,
      endpoints: [...endpoints],
      clients: clients.size,
    });
    for (const client of clients.values()) packClient(packing, client);
  }
  const totals = { bytes, rows, ignoredRows, badRows, firstRowAt, lastRowAt };
  return { totals, sources, texts: packing.texts, numbers: packing.numbers() };
}

export function unpackTally({ totals, sources, texts, numbers }: PackedTally): Tally {
  const tally = new Tally();
  Object.assign(tally, totals);
  const unpacking = new Unpacking(texts, numbers);
  for (const { endpoints, clients, ...counts } of sources) {
    const source = Object.assign(tally.source(counts), counts);
    for (const endpoint of endpoints) source.endpoints.add(endpoint);
    for (let left = clients; left > 0; left--) {
      const client = unpackClient(unpacking, counts);
      source.clients.set(client.sighting.address, client);
    }
  }
  return tally;
}

function packClient(to: Packing, { sighting, logins }: ClientTally): void {
  to.text(sighting.address);
  to.number(sighting.connections);
  to.number(sighting.rows);
  to.number(sighting.commands);
  to.number(sighting.loginsSucceeded);
  to.number(sighting.loginsFailed);
  to.number(sighting.bytesReceived);
  to.number(sighting.bytesSent);
  to.number(sighting.firstSeen);
  to.number(sighting.lastSeen);
  to.number(sighting.hasUser ? 1 : 0);
  to.set(sighting.users);
  to.set(sighting.endpoints);
  to.failure(sighting.lastFailure);
  const latest = logins?.list() ?? [];
  to.number(latest.length);
  for (const { user, success, failure } of latest) {
    to.text(user);
    to.number(success);
    to.number(failure);
  }
  const { smtp } = sighting;
  if (smtp === undefined) return;
  to.number(smtp.messages);
  to.number(smtp.tracked);
  to.set(smtp.helo);
  to.set(smtp.senders);
  to.set(smtp.connectors);
  to.text(smtp.tls ?? '');
  to.failure(smtp.notice);
}

function unpackClient(from: Unpacking, { protocol, server }: { protocol: Protocol; server: string }): ClientTally {
  const client = new ClientTally(protocol, server, from.text());
  const { sighting } = client;
  sighting.connections = from.number();
  sighting.rows = from.number();
  sighting.commands = from.number();
  sighting.loginsSucceeded = from.number();
  sighting.loginsFailed = from.number();
  sighting.bytesReceived = from.number();
  sighting.bytesSent = from.number();
  sighting.firstSeen = from.number();
  sighting.lastSeen = from.number();
  sighting.hasUser = from.number() === 1;
  sighting.users = from.set();
  sighting.endpoints = from.set();
  sighting.lastFailure = from.failure();
  for (let left = from.number(); left > 0; left--) {
    const latest = { user: from.text(), success: from.number(), failure: from.number() };
    client.logins ??= new LatestLogins(latest.user);
    client.logins.merge(latest);
  }
  const { smtp } = sighting;
  if (smtp === undefined) return client;
  smtp.messages = from.number();
  smtp.tracked = from.number();
  smtp.helo = from.set();
  smtp.senders = from.set();
  smtp.connectors = from.set();
  const tls = from.text();
  smtp.tls = tls === '' ? null : tls;
  smtp.notice = from.failure();
  return client;
}

class Packing {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();
  #numbers = new Float64Array(1024);
  #size = 0;

  numbers(): Float64Array<ArrayBuffer> {
    return this.#numbers.slice(0, this.#size);
  }

  number(value: number): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size++] = value;
  }

  text(text: string): void {
    let place = this.#places.get(text);
    if (place === undefined) {
      this.#places.set(text, (place = this.texts.length));
      this.texts.push(text);
    }
    this.number(place);
  }

  set(set: DistinctTexts): void {
    this.number(set.size);
    for (const text of set.values()) this.text(text);
  }

  failure(failure: Failure | null): void {
    this.number(failure === null ? Number.NaN : failure.at);
    if (failure !== null) this.text(failure.reason);
  }
}

class Unpacking {
  readonly #texts: readonly string[];
  readonly #numbers: Float64Array;
  #at = 0;

  constructor(texts: readonly string[], numbers: Float64Array) {
    this.#texts = texts;
    this.#numbers = numbers;
  }

  number(): number {
    return this.#numbers[this.#at++] as number;
  }

  text(): string {
    return this.#texts[this.number()] as string;
  }

  set(): DistinctTexts {
    let set = textsOf([], 'all');
    for (let left = this.number(); left > 0; left--) set = set.add(this.text());
    return set;
  }

  failure(): Failure | null {
    const at = this.number();
    return Number.isNaN(at) ? null : { at, reason: this.text() };
  }
}
