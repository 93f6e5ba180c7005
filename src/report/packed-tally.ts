/**
 * A tally on its way from one thread to another: what structured cloning takes, and numbers that are handed over as they
 * are. Nobody stores this; both threads are of one program.
 */
import type { Failure } from '../event/connection-event.ts';
import { textsOf } from '../sighting/few-texts.ts';
import type { SmtpSighting } from '../sighting/smtp-sighting.ts';
import type { ClientColumns } from './client-columns.ts';
import { type LatestLogin, LatestLogins } from './failed-logins.ts';
import type { HeldTexts } from './held-texts.ts';
import { type SourceTally, Tally } from './tally.ts';

type Totals = Pick<Tally, 'bytes' | 'rows' | 'ignoredRows' | 'badRows' | 'firstRowAt' | 'lastRowAt'>;
type Counts = Pick<SourceTally, 'server' | 'protocol' | 'files' | 'rows' | 'lastRowAt'>;
type PackedTexts = string | readonly string[] | null;

export interface PackedTally {
  readonly totals: Totals;
  readonly sources: readonly PackedSource[];
}

export interface PackedSource {
  readonly counts: Counts;
  readonly dialled: readonly string[];
  readonly addresses: readonly string[];
  readonly users: readonly PackedTexts[];
  readonly endpoints: readonly PackedTexts[];
  readonly loginUsers: readonly (string | null)[];
  readonly logins: ReadonlyMap<number, readonly LatestLogin[]>;
  readonly failures: ReadonlyMap<number, Failure>;
  readonly smtp: readonly PackedSmtp[];
  readonly numbers: Float64Array<ArrayBuffer>;
}

interface PackedSmtp extends Pick<SmtpSighting, 'messages' | 'tracked' | 'tls' | 'notice'> {
  readonly helo: readonly string[];
  readonly senders: readonly string[];
  readonly connectors: readonly string[];
}

/** The buffers of the numbers are to be handed over. */
export function packTally(tally: Tally): PackedTally {
  const { bytes, rows, ignoredRows, badRows, firstRowAt, lastRowAt } = tally;
  const sources = [...tally.sources].map((source) => packSource(source));
  return { totals: { bytes, rows, ignoredRows, badRows, firstRowAt, lastRowAt }, sources };
}

export function buffersOf({ sources }: PackedTally): readonly ArrayBuffer[] {
  return sources.map(({ numbers }) => numbers.buffer);
}

export function unpackTally({ totals, sources }: PackedTally): Tally {
  const tally = Object.assign(new Tally(), totals);
  for (const packed of sources) {
    const source = Object.assign(tally.source(packed.counts), packed.counts);
    for (const endpoint of packed.dialled) source.endpoints.add(endpoint);
    unpackClients(packed, source.clients);
  }
  return tally;
}

function packSource({ server, protocol, files, rows, lastRowAt, endpoints, clients }: SourceTally): PackedSource {
  return {
    counts: { server, protocol, files, rows, lastRowAt },
    dialled: [...endpoints],
    addresses: clients.addresses,
    users: clients.users.map(packTexts),
    endpoints: clients.endpoints.map(packTexts),
    // Mostly the client's one user, whose name need not go twice.
    loginUsers: clients.loginUsers.map((user, place) => (user === clients.users[place] ? null : user)),
    logins: new Map([...clients.logins].map(([place, logins]) => [place, logins.list().map(packLogin)])),
    failures: clients.failures,
    smtp: clients.smtp.map(packSmtp),
    numbers: clients.numbers(),
  };
}

function unpackClients(packed: PackedSource, clients: ClientColumns): void {
  const endpoints = new Map<string, string>();
  for (const [index, address] of packed.addresses.entries()) {
    const place = clients.place(address);
    const users = unpackTexts(packed.users[index] ?? null);
    clients.users[place] = users;
    clients.endpoints[place] = unpackTexts(shared(packed.endpoints[index] ?? null, endpoints));
    clients.loginUsers[place] = packed.loginUsers[index] ?? (typeof users === 'string' ? users : null);
  }
  clients.setNumbers(packed.numbers);
  for (const [place, list] of packed.logins) clients.logins.set(place, unpackLogins(list));
  for (const [place, failure] of packed.failures) clients.failures.set(place, failure);
  for (const [place, smtp] of packed.smtp.entries()) clients.smtp[place] = unpackSmtp(smtp);
}

function packTexts(held: HeldTexts): PackedTexts {
  return held === null || typeof held === 'string' ? held : held.values();
}

function unpackTexts(packed: PackedTexts): HeldTexts {
  return packed === null || typeof packed === 'string' ? packed : textsOf(packed, 'all');
}

/** One and the same text for all that dialled one endpoint. */
function shared(packed: PackedTexts, known: Map<string, string>): PackedTexts {
  if (typeof packed !== 'string') return packed;
  const text = known.get(packed);
  if (text === undefined) known.set(packed, packed);
  return text ?? packed;
}

function packLogin({ user, success, failure }: LatestLogin): LatestLogin {
  return { user, success, failure };
}

function unpackLogins(list: readonly LatestLogin[]): LatestLogins {
  const logins = new LatestLogins(list[0]?.user ?? '');
  for (const latest of list) logins.merge(latest);
  return logins;
}

function packSmtp({ messages, tracked, tls, notice, helo, senders, connectors }: SmtpSighting): PackedSmtp {
  const texts = { helo: helo.values(), senders: senders.values(), connectors: connectors.values() };
  return { messages, tracked, tls, notice, ...texts };
}

function unpackSmtp({ helo, senders, connectors, ...plain }: PackedSmtp): SmtpSighting {
  const sets = { helo: textsOf(helo, 'all'), senders: textsOf(senders, 'all'), connectors: textsOf(connectors, 'all') };
  return { ...plain, ...sets };
}
