/**
 * What was handed over and is not yet stored, in order. Order is kept per lane only: a lane that cannot go on (its
 * partition refuses, the outbox has no room) holds up nothing but itself.
 */
export interface Waiting {
  /** Lanes that this touches. Nothing overtakes anything that shares a lane with it. */
  readonly lanes: readonly string[];
}

export class WaitingLine<Item extends Waiting> {
  #items: Item[] = [];

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  find(wanted: (item: Item) => boolean): Item | undefined {
    return this.#items.find(wanted);
  }

  /** Removes and answers, in order, all that is admitted and has nothing of its lanes before it that is not. */
  take(admit: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    const left: Item[] = [];
    const held = new Set<string>();
    for (const item of this.#items) {
      if (!item.lanes.some((lane) => held.has(lane)) && admit(item)) {
        taken.push(item);
        continue;
      }
      left.push(item);
      for (const lane of item.lanes) held.add(lane);
    }
    this.#items = left;
    return taken;
  }

  /** Removes and answers everything. */
  clear(): Item[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
