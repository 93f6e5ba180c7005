import type { ConnectionEvent } from '../event/connection-event.ts';
import type { Protocol } from '../event/protocol.ts';
import { BySource } from './by-source.ts';
import { applyEvent, cloneSighting, emptySighting } from './sighting.ts';
import type { Sighting } from './sighting.ts';

/** A sighting whose new state is durable, or is about to be made so. */
export interface CommittedSighting {
  readonly sighting: Sighting;
  /** This process counted the sighting's first event ever, and not while its lane read back. */
  readonly firstSeenLive: boolean;
}

/**
 * Changes that are not yet committed, over the committed sightings. A sighting is copied when it is first touched, so
 * what is committed, and perhaps being shown, is never changed; and what is pending can be thrown away at any moment.
 *
 * `take` hands the changes over to be made durable. Until the next `take` they still count as the newest state, so
 * that events may be applied while they are on their way; when that fails, `clear` forgets them too.
 */
export class Overlay {
  readonly #lookup: (protocol: Protocol, server: string, address: string) => Sighting | undefined;
  #pending = new BySource<CommittedSighting>();
  #taken = new BySource<CommittedSighting>();

  constructor(lookup: (protocol: Protocol, server: string, address: string) => Sighting | undefined) {
    this.#lookup = lookup;
  }

  /** How many sightings have changes that were not taken. */
  get size(): number {
    return this.#pending.size;
  }

  apply(event: ConnectionEvent, { readingBack }: { readonly readingBack: boolean }): void {
    const { protocol, server, address } = event;
    let pending = this.#pending.get(protocol, server, address);
    if (pending === undefined) {
      pending = this.#begin(event, readingBack);
      this.#pending.add(protocol, server, address, pending);
    }
    applyEvent(pending.sighting, event);
  }

  /** The changes since the last call. The caller owns the sightings; this overlay never changes them again. */
  take(): CommittedSighting[] {
    this.#taken = this.#pending;
    this.#pending = new BySource();
    return this.#taken.values();
  }

  /** Forgets all that is pending or taken: the committed sightings are the truth again. */
  clear(): void {
    this.#pending = new BySource();
    this.#taken = new BySource();
  }

  #begin({ protocol, server, address }: ConnectionEvent, readingBack: boolean): CommittedSighting {
    const newest = this.#taken.get(protocol, server, address)?.sighting ?? this.#lookup(protocol, server, address);
    if (newest !== undefined) return { sighting: cloneSighting(newest), firstSeenLive: false };
    return { sighting: emptySighting(protocol, server, address, 'bounded'), firstSeenLive: !readingBack };
  }
}
