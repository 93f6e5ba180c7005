/**
 * The unknown sightings that were first seen last, kept up to date by what each commit changes: a scrape asks for them
 * every few seconds, and there may be a million clients. When one leaves the list and others should move up, all are
 * looked at once, at the next question.
 */
import type { Protocol } from '../event/protocol.ts';
import type { Status } from '../inventory/status.ts';

/** Identity and rank of a sighting; what else it holds may have changed since. */
export interface ListedSighting {
  readonly address: string;
  readonly server: string;
  readonly protocol: Protocol;
  readonly firstSeen: number;
}

/** Newest first; what was seen first at one time stands by address. */
function compare(left: ListedSighting, right: ListedSighting): number {
  if (left.firstSeen !== right.firstSeen) return right.firstSeen - left.firstSeen;
  if (left.address !== right.address) return left.address < right.address ? -1 : 1;
  return left.server === right.server ? (left.protocol < right.protocol ? -1 : 1) : left.server < right.server ? -1 : 1;
}

export class NewestUnknown {
  readonly #max: number;
  #listed: ListedSighting[] = [];
  /** The list is what a look at all would make. */
  #isComplete = true;
  #total = 0;

  /** @param max how many are listed */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many unknown sightings there are. */
  get total(): number {
    return this.#total;
  }

  /** A sighting has come, or has changed; its status before is undefined when it is new. */
  changed(
    before: ListedSighting | undefined,
    statusBefore: Status | undefined,
    after: ListedSighting,
    status: Status,
  ): void {
    const was = before !== undefined && statusBefore === 'unknown';
    const is = status === 'unknown';
    this.#total += Number(is) - Number(was);
    if (was && is && before.firstSeen === after.firstSeen) return;
    if (was) this.#remove(before);
    if (is) this.#insert(after);
  }

  /** `all` is asked for only when the list has to be made anew. */
  list(all: () => Iterable<ListedSighting>): readonly ListedSighting[] {
    if (!this.#isComplete) {
      this.#isComplete = true;
      this.#listed = [];
      for (const sighting of all()) this.#insert(sighting);
    }
    return this.#listed;
  }

  #remove({ protocol, server, address, firstSeen }: ListedSighting): void {
    const last = this.#listed.at(-1);
    if (last === undefined || firstSeen < last.firstSeen) return;
    const index = this.#listed.findIndex(
      (one) => one.address === address && one.server === server && one.protocol === protocol,
    );
    if (index < 0) return;
    // Others that were left out may stand before whatever comes next.
    if (this.#listed.length === this.#max) this.#isComplete = false;
    this.#listed.splice(index, 1);
  }

  #insert({ protocol, server, address, firstSeen }: ListedSighting): void {
    const item = { address, server, protocol, firstSeen };
    const last = this.#listed[this.#max - 1];
    if (this.#max === 0 || (last !== undefined && compare(item, last) > 0)) return;
    let low = 0;
    let high = this.#listed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#listed[middle] as ListedSighting, item) < 0) low = middle + 1;
      else high = middle;
    }
    this.#listed.splice(low, 0, item);
    if (this.#listed.length > this.#max) this.#listed.pop();
  }
}
