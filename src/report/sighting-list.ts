import { compareAddresses } from '../event/address.ts';
import { compareByCodePoint } from '../event/code-point-order.ts';
import { type Knowledge, statusOf } from '../inventory/classify.ts';
import { type Status, firstStatus } from '../inventory/status.ts';
import { type DescribedSighting, describeSighting } from '../sighting/described.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { ReportOptions } from './options.ts';
import type { SourceTally } from './tally.ts';
import { type Usage, noClients } from './usage.ts';

/** One entry of a report: what is known of a client on one server by one protocol. */
export type ReportClient = DescribedSighting<Status>;

/** What is shown, after the filters. */
export interface ReportTotals {
  /** Distinct addresses. */
  readonly clients: number;
  readonly sightings: number;
  readonly connections: number;
  readonly rows: number;
}

/** The sightings that a report shows, with their statuses, in its order: protocol, server, address by number. */
export class SightingList implements Iterable<ReportClient> {
  readonly totals: ReportTotals;
  /** Distinct addresses by status; a client of several has the one that matters most. */
  readonly clientsByStatus: Readonly<Record<Status, number>>;
  /** By protocol and server. */
  readonly usage: readonly Usage[];
  readonly #sightings: readonly Sighting[];
  readonly #knowledge: Knowledge;
  readonly #now: number;

  constructor(
    sources: Iterable<SourceTally>,
    { protocols, only }: Pick<ReportOptions, 'protocols' | 'only'>,
    knowledge: Knowledge,
    now: number,
  ) {
    this.#knowledge = knowledge;
    this.#now = now;
    const shown = [...sources]
      .filter(({ protocol }) => protocols.length === 0 || protocols.includes(protocol))
      .sort((a, b) => compareByCodePoint(a.protocol, b.protocol) || compareByCodePoint(a.server, b.server));
    this.usage = shown.map(({ server, protocol, sightings }) => ({
      server,
      protocol,
      clients: countByStatus([...sightings.values()].map((sighting) => this.#status(sighting))),
    }));
    this.#sightings = shown
      .flatMap(({ sightings }) => [...sightings.values()].sort((a, b) => compareAddresses(a.address, b.address)))
      .filter((sighting) => only.length === 0 || only.includes(this.#status(sighting)));
    const byAddress = new Map<string, Status>();
    let connections = 0;
    let rows = 0;
    for (const sighting of this.#sightings) {
      const status = this.#status(sighting);
      byAddress.set(sighting.address, firstStatus(byAddress.get(sighting.address) ?? status, status));
      connections += sighting.connections;
      rows += sighting.rows;
    }
    this.totals = { clients: byAddress.size, sightings: this.#sightings.length, connections, rows };
    this.clientsByStatus = countByStatus(byAddress.values());
  }

  /** Describes one after the other, so that a large report is never in memory twice. */
  *[Symbol.iterator](): Generator<ReportClient> {
    for (const sighting of this.#sightings) {
      const entry = this.#knowledge.inventory.find(sighting.address);
      yield describeSighting(sighting, {
        status: this.#status(sighting),
        label: entry?.label ?? null,
        owner: entry?.owner ?? null,
      });
    }
  }

  #status(sighting: Sighting): Status {
    return statusOf(sighting, this.#knowledge, this.#now);
  }
}

function countByStatus(all: Iterable<Status>): Record<Status, number> {
  const counts = noClients();
  for (const status of all) counts[status]++;
  return counts;
}
