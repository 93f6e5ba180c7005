/**
 * Figures for metrics that `CollectorViews` does not have. Implemented over the counted state; asked at every scrape,
 * so each answer is cheap or bounded. Times are milliseconds since the epoch.
 */
import type { CountingStatus } from '../delivery/counting.ts';
import type { AgentReport } from '../event/agent-report.ts';
import type { Protocol } from '../event/protocol.ts';
import type { CanaryState } from './canary/canary-book.ts';
import type { Migration, WindowCounts } from './views.ts';

/** Sums over all committed sightings of a server and protocol; they never fall. */
export interface SightingSums {
  readonly server: string;
  readonly protocol: Protocol;
  readonly connections: number;
  readonly loginsSucceeded: number;
  readonly loginsFailed: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

export interface UnknownSighting {
  readonly address: string;
  readonly server: string;
  readonly protocol: Protocol;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface InventoryFigures {
  readonly entries: Readonly<Record<Migration | 'silent' | 'expired', number>>;
  readonly lastReloadSuccessful: boolean;
  /** When the inventory in force was loaded; null before the first time. */
  readonly lastLoadedAt: number | null;
}

export interface MetricsSource {
  /** Servers named in the configuration, in its order. */
  readonly configuredServers: readonly string[];
  /** The set of role legacy (of all servers while none has a role) in every window; the headline's is one of them. */
  remaining(): WindowCounts;
  /** By window: clients by the roles of the servers they were seen on, probes and proxied ones left out. */
  migration(): Readonly<Record<string, Readonly<Record<Migration, number>>>>;
  /** Every expected server and protocol is there, with zeros before its first row. */
  sums(): Iterable<SightingSums>;
  /** Unknown sightings: how many there are, and the `limit` of them (at most `topClientsMax`) that were first seen last. */
  newestUnknown(limit: number): { readonly total: number; readonly newest: readonly UnknownSighting[] };
  /** Unions over these servers, none of them summed; asked only where a metric cannot label every server. */
  unionOf(servers: ReadonlySet<string>): {
    readonly windows: WindowCounts;
    readonly protocols: Readonly<Partial<Record<Protocol, WindowCounts>>>;
  };
  /** The latest report of every agent and server. */
  reports(): Iterable<AgentReport>;
  counting(): CountingStatus;
  /** One a target. */
  canaries(): readonly CanaryState[];
  /** Gaps in the evidence that were forgotten because there were too many, since the start. */
  readonly gapsForgotten: number;
  /** Whether there is a broker at all. */
  readonly brokered: boolean;
  /** Entries held in memory by kind: `clients`, `sightings`, `marks`, … */
  entries(): Readonly<Record<string, number>>;
  /** Null without an inventory. */
  inventory(): InventoryFigures | null;
}
