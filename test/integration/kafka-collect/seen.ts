/** A collector's memory for tests: what it was told, as it was told. */
import type { AgentReport } from '../../../src/event/agent-report.ts';
import type { Protocol } from '../../../src/event/protocol.ts';
import type {
  CommittedSighting,
  CommittedSightings,
  CountingObserver,
  EventResult,
  Loss,
} from '../../../src/delivery/counting.ts';
import { sightingKey } from '../../../src/sighting/sighting.ts';
import { PackedPageReader } from '../../../src/sighting/table/packed-page.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';

export class Seen implements CommittedSightings, CountingObserver {
  readonly sightings = new Map<string, Sighting>();
  readonly losses: Loss[] = [];
  readonly reports: AgentReport[] = [];
  readonly results: Record<EventResult, number> = { accepted: 0, duplicate: 0, late: 0, invalid: 0 };
  readonly bounds: string[] = [];
  firstSeenLive = 0;
  commits = 0;

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.sightings.get(sightingKey(protocol, server, address));
  }

  commit(changes: readonly CommittedSighting[]): void {
    for (const { sighting, firstSeenLive } of changes) {
      this.sightings.set(sightingKey(sighting.protocol, sighting.server, sighting.address), sighting);
      if (firstSeenLive) this.firstSeenLive += 1;
    }
  }

  restore(page: Uint8Array<ArrayBuffer>): void {
    const packed = new PackedPageReader(page);
    const stored: CommittedSighting[] = [];
    while (packed.next()) stored.push({ sighting: packed.read(), firstSeenLive: false });
    this.commit(stored);
  }

  accept(report: AgentReport): void {
    this.reports.push(report);
  }

  events(result: EventResult, count: number): void {
    this.results[result] += count;
  }

  eventLag(): void {}

  loss(loss: Loss): void {
    this.losses.push(loss);
  }

  boundHit(bound: string): void {
    this.bounds.push(bound);
  }

  saved(): void {
    this.commits += 1;
  }
}
