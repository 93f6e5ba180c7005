import type { CommittedSighting, CommittedSightings, CountingObserver } from '../../src/delivery/counting.ts';
import { sightingKey } from '../../src/sighting/sighting.ts';
import { PackedPageReader } from '../../src/sighting/table/packed-page.ts';
import type { Sighting } from '../../src/sighting/sighting.ts';
import type { Protocol } from '../../src/event/protocol.ts';
import { countedOf } from './expected.ts';
import type { Counted } from './expected.ts';

/** The plainest place for committed sightings, and for what a delivery says while it counts. */
export class CountedClients implements CommittedSightings, CountingObserver {
  readonly #sightings = new Map<string, Sighting>();
  readonly firstSeenLive: string[] = [];
  readonly lags: number[] = [];
  readonly savedAt: number[] = [];
  readonly bounds: string[] = [];
  accepted = 0;
  commits = 0;

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.#sightings.get(sightingKey(protocol, server, address));
  }

  commit(changes: readonly CommittedSighting[]): void {
    this.commits++;
    for (const { sighting, firstSeenLive } of changes) {
      const key = sightingKey(sighting.protocol, sighting.server, sighting.address);
      this.#sightings.set(key, sighting);
      if (firstSeenLive) this.firstSeenLive.push(key);
    }
  }

  restore(page: Uint8Array<ArrayBuffer>): void {
    const packed = new PackedPageReader(page);
    const stored: CommittedSighting[] = [];
    while (packed.next()) stored.push({ sighting: packed.read(), firstSeenLive: false });
    this.commit(stored);
  }

  counted(): Counted {
    return countedOf(this.#sightings.values());
  }

  events(result: string, count: number): void {
    if (result === 'accepted') this.accepted += count;
  }

  eventLag(_server: string, seconds: number): void {
    this.lags.push(seconds);
  }

  loss(): void {}

  boundHit(bound: string): void {
    this.bounds.push(bound);
  }

  saved(at: number): void {
    this.savedAt.push(at);
  }
}
