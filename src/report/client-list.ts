import { compareByCodePoint } from '../event/code-point-order.ts';
import { sortedByAddress } from '../event/address-order.ts';
import { type Knowledge, statusOf } from '../inventory/classify.ts';
import { type Status, firstStatus } from '../inventory/status.ts';
import { type Classification, type DescribedSighting, describeSighting } from '../sighting/described.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { ClientTally } from './client-tally.ts';
import { type FailedUsers, noFailedUsers } from './failed-logins.ts';
import type { ReportOptions } from './options.ts';
import type { SourceTally } from './tally.ts';
import { type Usage, noClients } from './usage.ts';

/** One entry of a report: what is known of a client on one server by one protocol. */
export interface ReportClient extends DescribedSighting<Status> {
  readonly failedUsers: FailedUsers;
}

/** The same before it is put into words. */
export interface ClientEntry extends Classification<Status> {
  readonly sighting: Sighting;
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

interface Shown {
  readonly client: ClientTally;
  readonly status: Status;
}

/** The clients that a report shows, with their statuses, in its order: protocol, server, address by number. */
export class ClientList implements Iterable<ReportClient> {
  readonly totals: ReportTotals;
  /** Distinct addresses by status; a client of several has the one that matters most. */
  readonly clientsByStatus: Record<Status, number>;
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
    const shown: Shown[] = [];
    this.usage = shownSources.map(({ server, protocol, clients }) => {
      const byStatus = noClients();
      for (const client of sortedByAddress([...clients.values()], ({ sighting }) => sighting.address)) {
        const status = statusOf(client.sighting, knowledge, now);
        byStatus[status]++;
        if (only.length === 0 || only.includes(status)) shown.push({ client, status });
      }
      return { server, protocol, clients: byStatus };
    });
    this.#shown = shown;
    const byAddress = new Map<string, Status>();
    let connections = 0;
    let rows = 0;
    for (const { client, status } of shown) {
      const { sighting } = client;
      byAddress.set(sighting.address, firstStatus(byAddress.get(sighting.address) ?? status, status));
      connections += sighting.connections;
      rows += sighting.rows;
    }
    this.totals = { clients: byAddress.size, sightings: shown.length, connections, rows };
    this.clientsByStatus = noClients();
    for (const status of byAddress.values()) this.clientsByStatus[status]++;
  }

  /** One after the other, so that a large report is never in memory twice. */
  *entries(): Generator<ClientEntry> {
    for (const { client, status } of this.#shown) {
      const { sighting, logins } = client;
      const entry = this.#knowledge.inventory.find(sighting.address);
      const failedUsers = sighting.loginsFailed === 0 ? noFailedUsers : (logins?.failedUsers() ?? noFailedUsers);
      yield { sighting, status, label: entry?.label ?? null, owner: entry?.owner ?? null, failedUsers };
    }
  }

  *[Symbol.iterator](): Generator<ReportClient> {
    for (const entry of this.entries()) {
      yield { ...describeSighting(entry.sighting, entry), failedUsers: entry.failedUsers };
    }
  }
}
