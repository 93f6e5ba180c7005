import type { Protocol } from '../event/protocol.ts';
import type { Figures } from '../sighting/table/packed-sighting.ts';
import type { SightingSums } from './metrics-source.ts';

export interface Sums {
  readonly server: string;
  readonly protocol: Protocol;
  connections: number;
  loginsSucceeded: number;
  loginsFailed: number;
  bytesReceived: number;
  bytesSent: number;
  rows: number;
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
      sums = { server, protocol, ...none, rows: 0, lastSeen: Number.NEGATIVE_INFINITY };
      this.#sums.set(key, sums);
    }
    return sums;
  }

  /** A sighting of this server and protocol is now `after`; `before` it was, or nothing. */
  replace(sums: Sums, before: Figures | undefined, after: Figures & { readonly lastSeen: number }): void {
    sums.connections += after.connections - (before?.connections ?? 0);
    sums.loginsSucceeded += after.loginsSucceeded - (before?.loginsSucceeded ?? 0);
    sums.loginsFailed += after.loginsFailed - (before?.loginsFailed ?? 0);
    sums.bytesReceived += after.bytesReceived - (before?.bytesReceived ?? 0);
    sums.bytesSent += after.bytesSent - (before?.bytesSent ?? 0);
    sums.rows += after.rows - (before?.rows ?? 0);
    sums.lastSeen = Math.max(sums.lastSeen, after.lastSeen);
    this.connections += after.connections - (before?.connections ?? 0);
    this.rows += after.rows - (before?.rows ?? 0);
  }

  /** Largest row time of a server and protocol; null before its first row. */
  lastSeen(server: string, protocol: Protocol): number | null {
    const lastSeen = this.#sums.get(`${server}\t${protocol}`)?.lastSeen;
    return lastSeen === undefined || lastSeen === Number.NEGATIVE_INFINITY ? null : lastSeen;
  }

  values(): Iterable<SightingSums> {
    return this.#sums.values();
  }
}
