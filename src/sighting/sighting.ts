import type { Failure } from '../event/connection-event.ts';
import type { Protocol } from '../event/protocol.ts';
import type { DistinctTexts } from './distinct-texts.ts';

/**
 * All that is known of one (server, protocol, client address). Every field is a sum, a minimum, a maximum or a
 * bounded set, so sightings merge in any order and grouping: a report, a live run and any number of collectors agree
 * to the last field.
 */
export interface Sighting {
  readonly protocol: Protocol;
  readonly server: string;
  readonly address: string;
  connections: number;
  rows: number;
  commands: number;
  loginsSucceeded: number;
  loginsFailed: number;
  bytesReceived: number;
  bytesSent: number;
  /** Milliseconds since the epoch. */
  firstSeen: number;
  lastSeen: number;
  users: DistinctTexts;
  hasUser: boolean;
  endpoints: DistinctTexts;
  lastFailure: Failure | null;
}

/** Identity of a sighting as one text; no part can hold a tab. */
export function sightingKey(protocol: Protocol, server: string, address: string): string {
  return `${protocol}\t${server}\t${address}`;
}
