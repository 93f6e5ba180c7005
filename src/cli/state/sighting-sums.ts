import { timeText } from '../../event/time-text.ts';
import { counted, dateTime } from '../../markup/words.ts';
import type { Sighting } from '../../sighting/sighting.ts';

export interface SightingSumsView {
  readonly sightings: number;
  /** Different addresses. */
  readonly clients: number;
  readonly connections: number;
  readonly rows: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

/** How much is known, without who. */
export class SightingSums {
  readonly #addresses = new Set<string>();
  #sightings = 0;
  #connections = 0;
  #rows = 0;
  #firstSeen = Number.POSITIVE_INFINITY;
  #lastSeen = Number.NEGATIVE_INFINITY;

  add({ address, connections, rows, firstSeen, lastSeen }: Sighting): void {
    this.#addresses.add(address);
    this.#sightings++;
    this.#connections += connections;
    this.#rows += rows;
    this.#firstSeen = Math.min(this.#firstSeen, firstSeen);
    this.#lastSeen = Math.max(this.#lastSeen, lastSeen);
  }

  view(): SightingSumsView {
    const isEmpty = this.#sightings === 0;
    return {
      sightings: this.#sightings,
      clients: this.#addresses.size,
      connections: this.#connections,
      rows: this.#rows,
      firstSeen: isEmpty ? null : timeText(this.#firstSeen),
      lastSeen: isEmpty ? null : timeText(this.#lastSeen),
    };
  }
}

/** `71 clients, 128 sightings, …, seen from … to …` */
export function knownText({ clients, sightings, connections, rows, firstSeen, lastSeen }: SightingSumsView): string {
  const span =
    firstSeen === null || lastSeen === null ? '' : `, seen from ${dateTime(firstSeen)} to ${dateTime(lastSeen)}`;
  return (
    `${counted(clients, 'client', 'clients')}, ${counted(sightings, 'sighting', 'sightings')}, ` +
    `${counted(connections, 'connection', 'connections')}, ${counted(rows, 'row', 'rows')}${span}`
  );
}
