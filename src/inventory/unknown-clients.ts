/**
 * Unknown clients as a report (`--format json`) or a collector's API names them. Both are read as what somebody else
 * wrote: only what is needed, and only in its form.
 */
import { z } from 'zod';
import { canonicalAddress, compareAddresses } from '../event/address.ts';
import { compareByCodePoint } from '../event/code-point-order.ts';

export interface UnknownClient {
  readonly address: string;
  /** `EX01 pop3`. */
  readonly places: readonly string[];
  readonly users: readonly string[];
  readonly hints: readonly string[];
  /** ISO 8601. */
  readonly lastSeen: string;
}

const address = z.string().refine((text) => canonicalAddress(text) === text);
const texts = z.array(z.string());

const entry = z.object({
  protocol: z.string(),
  server: z.string(),
  address,
  status: z.string(),
  lastSeen: z.iso.datetime(),
  users: texts,
  hints: texts,
});

const reportDocument = z.object({ schema: z.literal('straggler.report.v1'), clients: z.array(entry) });

const pageDocument = z.object({
  clients: z.array(z.object({ address, status: z.string(), sightings: z.array(entry) })),
  next: z.string().nullable(),
});

type Entry = z.infer<typeof entry>;

/** By address; null when the document is no report. */
export function unknownOfReport(document: unknown): readonly UnknownClient[] | null {
  const report = reportDocument.safeParse(document).data;
  return report === undefined ? null : gathered(report.clients.filter(({ status }) => status === 'unknown'));
}

/** Of one page of `/api/v1/clients`; null when the document is none. */
export function unknownOfPage(
  document: unknown,
): { readonly clients: readonly UnknownClient[]; readonly next: string | null } | null {
  const page = pageDocument.safeParse(document).data;
  if (page === undefined) return null;
  const unknown = page.clients.filter(({ status }) => status === 'unknown');
  return { clients: gathered(unknown.flatMap(({ sightings }) => sightings)), next: page.next };
}

function gathered(entries: readonly Entry[]): UnknownClient[] {
  const byAddress = new Map<string, Entry[]>();
  for (const one of entries) byAddress.set(one.address, [...(byAddress.get(one.address) ?? []), one]);
  return [...byAddress]
    .map(([address, all]) => ({
      address,
      places: distinct(all.map(({ server, protocol }) => `${server} ${protocol}`)),
      users: distinct(all.flatMap(({ users }) => users)),
      hints: distinct(all.flatMap(({ hints }) => hints)),
      lastSeen: all.map(({ lastSeen }) => lastSeen).reduce((left, right) => (left > right ? left : right)),
    }))
    .sort((left, right) => compareAddresses(left.address, right.address));
}

function distinct(all: readonly string[]): string[] {
  return [...new Set(all)].sort(compareByCodePoint);
}
