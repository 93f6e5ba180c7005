import type { Protocol } from '../event/protocol.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { SightingSums } from './metrics-source.ts';

interface Sums {
  readonly server: string;
  readonly protocol: Protocol;
  connections: number;
  loginsSucceeded: number;
  loginsFailed: number;
  bytesReceived: number;
  bytesSent: number;
  rows: number;
  sightings: number;
  lastSeen: number;
}

/** Sums over the committed sightings of each server and protocol, kept up to date by what each commit changes. */
export class SumsByServer {
  readonly #sums = new Map<string, Sums>();
  connections = 0;
  rows = 0;

  /** Makes the series of a server and protocol exist, at 0. */
  expect(server: string, protocol: Protocol): Sums {
    const key = `${server}\t${protocol}`;
    let sums = this.#sums.get(key);
    if (sums === undefined) {
      const none = { connections: 0, loginsSucceeded: 0, loginsFailed: 0, bytesReceived: 0, bytesSent: 0 };
      sums = { server, protocol, ...none, rows: 0, sightings: 0, lastSeen: Number.NEGATIVE_INFINITY };
      this.#sums.set(key, sums);
    }
    return sums;
  }

  replace(before: Sighting | undefined, after: Sighting): void {
    const sums = this.expect(after.server, after.protocol);
    sums.connections += after.connections - (before?.connections ?? 0);
    sums.loginsSucceeded += after.loginsSucceeded - (before?.loginsSucceeded ?? 0);
    sums.loginsFailed += after.loginsFailed - (before?.loginsFailed ?? 0);
    sums.bytesReceived += after.bytesReceived - (before?.bytesReceived ?? 0);
    sums.bytesSent += after.bytesSent - (before?.bytesSent ?? 0);
    sums.rows += after.rows - (before?.rows ?? 0);
    if (before === undefined) sums.sightings++;
    sums.lastSeen = Math.max(sums.lastSeen, after.lastSeen);
    this.connections += after.connections - (before?.connections ?? 0);
    this.rows += after.rows - (before?.rows ?? 0);
  }

  /** Largest row time of a server and protocol; null before its first row. */
  lastSeen(server: string, protocol: Protocol): number | null {
    const lastSeen = this.#sums.get(`${server}\t${protocol}`)?.lastSeen;
    return lastSeen === undefined || lastSeen === Number.NEGATIVE_INFINITY ? null : lastSeen;
  }

  get sightings(): number {
    let total = 0;
    for (const sums of this.#sums.values()) total += sums.sightings;
    return total;
  }

  values(): Iterable<SightingSums> {
    return this.#sums.values();
  }
}
