import type { Acknowledged, LanePlace } from './outbox.ts';

/** Collects acknowledgements until they are stored. One that is never stored costs a duplicate, nothing else. */
export class Acknowledgements {
  #ids: number[] = [];
  #ledger = new Map<string, LanePlace>();

  get isEmpty(): boolean {
    return this.#ids.length === 0;
  }

  /** In the order of acknowledgement, per lane and partition. */
  add(id: number, place: LanePlace): void {
    this.#ids.push(id);
    this.#ledger.set(ledgerKey(place), place);
  }

  take(): Acknowledged {
    const taken = { ids: this.#ids, ledger: [...this.#ledger.values()] };
    this.#ids = [];
    this.#ledger = new Map();
    return taken;
  }

  /** They could not be stored; what was added since is newer. */
  putBack(taken: Acknowledged): void {
    this.#ids = [...taken.ids, ...this.#ids];
    const newer = this.#ledger;
    this.#ledger = new Map(taken.ledger.map((place) => [ledgerKey(place), place]));
    for (const [key, place] of newer) this.#ledger.set(key, place);
  }
}

function ledgerKey(place: LanePlace): string {
  return `${place.partition} ${place.lane}`;
}
