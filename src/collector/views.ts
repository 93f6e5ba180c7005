/**
 * What the collector answers: the shapes of the API (`/api/v1/...`), the page and the export. Times are ISO 8601 in
 * UTC with milliseconds. `CollectorViews` is the seam between what is counted (`store`, `evidence`) and how it is
 * shown (`http`, `page`, `metrics`).
 */
import type { Protocol } from '../event/protocol.ts';
import type { DescribedSighting } from '../sighting/described.ts';
import type { Status } from '../inventory/status.ts';

export { statuses } from '../inventory/status.ts';
export type { Status } from '../inventory/status.ts';

export type StatusCounts = Readonly<Record<'all' | Status, number>>;
/** By the window's spelling, `24h` for example. */
export type WindowCounts = Readonly<Record<string, StatusCounts>>;

export type Verdict = 'attention' | 'remaining' | 'clear' | 'blind';
export type Migration = 'legacy_only' | 'both' | 'new_only';

/** Words for metrics and alerts. */
export const gapReasons = [
  'agent silent',
  'never reported',
  'no rows',
  'no proof of logging',
  'reading back',
  'loss',
  'scan failing',
  'two agents',
  'state incomplete',
  'nothing followed',
  'canary refused',
  'canary missing',
  'bytes at risk',
  'state history',
] as const;

/** `text` is the sentence for people. */
export interface EvidenceGap {
  readonly server: string;
  readonly protocol: Protocol | '';
  readonly reason: (typeof gapReasons)[number];
  readonly text: string;
}

/** A gap that is closed, and when it stood; `to` is when the evidence was first without it. */
export interface PastGap extends EvidenceGap {
  readonly from: string;
  readonly to: string;
}

/** One connection that is made to prove that a server logs. */
export interface CanaryView {
  readonly server: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly sentAt: string | null;
  /** When the last one that came back did so, and how long it took. */
  readonly returnedAt: string | null;
  readonly tookSeconds: number | null;
}

export interface SummaryView {
  readonly asOf: string;
  readonly verdict: Verdict;
  readonly evidence: {
    readonly complete: boolean;
    readonly reasons: readonly EvidenceGap[];
    /** Gaps that were closed within the last 24 hours, the latest first. */
    readonly past: readonly PastGap[];
    readonly canaries: readonly CanaryView[];
  };
  readonly headline: {
    readonly window: string;
    readonly remaining: number;
    readonly unknown: number;
    readonly silentFor: Readonly<Record<string, number>>;
  };
  readonly windows: WindowCounts;
  readonly totals: { readonly clients: number; readonly connections: number; readonly rows: number };
  readonly servers: readonly {
    readonly name: string;
    readonly role: 'legacy' | 'new' | null;
    readonly phase: 'active' | 'draining' | 'drained';
    readonly windows: WindowCounts;
    readonly protocols: Readonly<Partial<Record<Protocol, { readonly windows: WindowCounts }>>>;
  }[];
}

/** One sighting with the fields of a report's client entry. */
export type SightingView = DescribedSighting<Status>;

export interface ClientView {
  readonly address: string;
  readonly status: Status;
  readonly label: string | null;
  readonly owner: string | null;
  readonly migration: Migration | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly connections: number;
  readonly rows: number;
  readonly users: readonly string[];
  readonly hints: readonly string[];
  readonly sightings: readonly SightingView[];
}

export const clientSorts = ['lastSeen', 'firstSeen', 'address', 'connections', 'rows', 'status'] as const;
export type ClientSort = (typeof clientSorts)[number];

export interface ClientQuery {
  readonly status?: Status;
  readonly server?: string;
  readonly protocol?: Protocol;
  /** One of the configured windows. */
  readonly window?: string;
  /** Address or part of one, CIDR, name of the device (label), owner, or user. */
  readonly search?: string;
  readonly sort: ClientSort;
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

export interface ClientPage {
  readonly total: number;
  readonly clients: readonly ClientView[];
  readonly next: string | null;
}

export interface AgentView {
  readonly agent: string;
  readonly name: string;
  readonly version: string;
  readonly server: string;
  readonly lastHeartbeat: string | null;
  readonly silent: boolean;
  readonly clockSkewSeconds: number;
  readonly lanes: readonly {
    readonly lane: string;
    readonly protocol: Protocol;
    readonly root: string;
    readonly filesFollowed: number;
    readonly backlogBytes: number;
    readonly bytesAtRisk: number;
    readonly bytesLost: number;
    /** Rows and events that can never be counted, since the agent started: put aside, or not even that. */
    readonly deadLetters: number;
    readonly deadLettersLost: number;
    readonly lastRow: string | null;
    readonly lastScan: string | null;
    readonly scanError: string | null;
    readonly readBack: { readonly done: boolean; readonly fraction: number };
    readonly gaps: readonly EvidenceGap[];
  }[];
}

export interface CollectorViews {
  /** Windows in force, shortest first, in their spelling. */
  readonly windows: readonly string[];
  summary(): SummaryView;
  clients(query: ClientQuery): ClientPage;
  client(address: string): ClientView | null;
  agents(): readonly AgentView[];
  /** Every sighting, in a report's order: protocol, server, address by number. */
  sightings(): Iterable<SightingView>;
  /** Counted up by every committed change and every change of a verdict, so that a live page knows when to look. */
  readonly version: number;
}
