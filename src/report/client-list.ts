import { compareByCodePoint } from '../event/code-point-order.ts';
import { sortedByAddress } from '../event/address-order.ts';
import { type Knowledge, statusOf } from '../inventory/classify.ts';
import { type Status, firstStatus } from '../inventory/status.ts';
import { type Classification, type DescribedSighting, describeSighting } from '../sighting/described.ts';
import type { ClientColumns, HeldSighting } from './client-columns.ts';
import type { FailedUsers } from './failed-logins.ts';
import { heldSet } from './held-texts.ts';
import type { ReportOptions } from './options.ts';
import type { SourceTally } from './tally.ts';
import { type Usage, noClients } from './usage.ts';

/** One entry of a report: what is known of a client on one server by one protocol. */
export interface ReportClient extends DescribedSighting<Status> {
  readonly failedUsers: FailedUsers;
}

/** The same before it is put into words. */
export interface ClientEntry extends Classification<Status> {
  readonly sighting: HeldSighting;
  readonly failedUsers: FailedUsers;
}

/** What is shown, after the filters. */
export interface ReportTotals {
  /** Distinct addresses. */
  readonly clients: number;
  readonly sightings: number;
  readonly connections: number;
  readonly rows: number;
}

/** Clients of one server and protocol, in their order. */
interface Shown {
  readonly clients: ClientColumns;
  readonly places: readonly number[];
  readonly statuses: readonly Status[];
}

/** The clients that a report shows, with their statuses, in its order: protocol, server, address by number. */
export class ClientList implements Iterable<ReportClient> {
  readonly totals: ReportTotals;
  /** Distinct addresses by status; a client of several has the one that matters most. */
  readonly clientsByStatus: Readonly<Record<Status, number>>;
  /** By protocol and server. */
  readonly usage: readonly Usage[];
  readonly #shown: readonly Shown[];
  readonly #knowledge: Knowledge;

  constructor(
    sources: Iterable<SourceTally>,
    { protocols, only }: Pick<ReportOptions, 'protocols' | 'only'>,
    knowledge: Knowledge,
    now: number,
  ) {
    this.#knowledge = knowledge;
    const shownSources = [...sources]
      .filter(({ protocol }) => protocols.length === 0 || protocols.includes(protocol))
      .sort((a, b) => compareByCodePoint(a.protocol, b.protocol) || compareByCodePoint(a.server, b.server));
    const usage: Usage[] = [];
    const byAddress = new Map<string, Status>();
    const totals = { clients: 0, sightings: 0, connections: 0, rows: 0 };
    this.#shown = shownSources.map(({ server, protocol, clients }) => {
      const counts = noClients();
      const places: number[] = [];
      const shownStatuses: Status[] = [];
      for (const place of sortedByAddress(clients.addresses)) {
        const address = clients.address(place);
        const status = statusOf({ server, address, hasUser: clients.hasUser(place) }, knowledge, now);
        counts[status]++;
        if (only.length > 0 && !only.includes(status)) continue;
        places.push(place);
        shownStatuses.push(status);
        byAddress.set(address, firstStatus(byAddress.get(address) ?? status, status));
        totals.connections += clients.connections(place);
        totals.rows += clients.rows(place);
      }
      totals.sightings += places.length;
      usage.push({ server, protocol, clients: counts });
      return { clients, places, statuses: shownStatuses };
    });
    this.usage = usage;
    this.totals = { ...totals, clients: byAddress.size };
    const byStatus = noClients();
    for (const status of byAddress.values()) byStatus[status]++;
    this.clientsByStatus = byStatus;
  }

  /** One after the other, so that a large report is never in memory twice. */
  *entries(): Generator<ClientEntry> {
    for (const { clients, places, statuses } of this.#shown) {
      for (const [index, place] of places.entries()) {
        const entry = this.#knowledge.inventory.find(clients.address(place));
        yield {
          sighting: clients.entry(place),
          status: statuses[index] as Status,
          label: entry?.label ?? null,
          owner: entry?.owner ?? null,
          failedUsers: clients.failedUsers(place),
        };
      }
    }
  }

  *[Symbol.iterator](): Generator<ReportClient> {
    for (const entry of this.entries()) {
      const { users, endpoints, ...counts } = entry.sighting;
      const sighting = { ...counts, users: heldSet(users), endpoints: heldSet(endpoints) };
      yield { ...describeSighting(sighting, entry), failedUsers: entry.failedUsers };
    }
  }
}
