import type { AgentReport } from '../event/agent-report.ts';
import type { Protocol } from '../event/protocol.ts';
import type { CommittedSighting } from '../sighting/overlay.ts';
import type { Sighting } from '../sighting/sighting.ts';

export type { CommittedSighting } from '../sighting/overlay.ts';

/**
 * The committed sightings: all that is ever shown. Owned by the collector; filled by whichever delivery counts
 * (SQLite or Kafka), which also reads it to continue a sighting. What is not yet committed is private to the delivery.
 */
export interface CommittedSightings {
  get(protocol: Protocol, server: string, address: string): Sighting | undefined;
  /** Takes over the sightings as they are: the caller must not change them afterwards. */
  commit(changes: readonly CommittedSighting[]): void;
  /** The same of sightings that were stored, by the million: a page as `PackedPageWriter` makes it. */
  restore(page: Uint8Array<ArrayBuffer>): void;
}

/** Where reports of agents go: the collector's evidence. */
export interface AgentReports {
  accept(report: AgentReport): void;
}

export type EventResult = 'accepted' | 'duplicate' | 'late' | 'invalid';

/** A hole in what was counted: events are known to be gone, or counted twice. */
export interface Loss {
  readonly kind: 'position lost' | 'event gap' | 'state history' | 'partition count';
  readonly partition: number | null;
  readonly lane: string | null;
  /** Blank where the loss has none, or they are not known. */
  readonly server: string;
  readonly protocol: Protocol | '';
  readonly at: number;
  readonly detail: string;
}

/** What counting tells the outside; one adapter turns it into metrics, logs and evidence gaps. */
export interface CountingObserver {
  events(result: EventResult, count: number): void;
  /** Seconds from an event's last row to its commit, for events of lanes that have read back. */
  eventLag(server: string, seconds: number): void;
  loss(loss: Loss): void;
  boundHit(bound: string): void;
  /** A commit became durable at this wall clock time. */
  saved(at: number): void;
}

/** Whether what is shown is whole, and why not. */
export interface CountingStatus {
  /** The committed state is loaded and every partition has an owner as far as we can tell. */
  readonly stateComplete: boolean;
  /** The transport answers (always true without one). */
  readonly connected: boolean;
  /** In words, for /readyz and the evidence; empty when all is well. */
  readonly reasons: readonly string[];
  /** Messages not yet counted, per partition; empty without a broker. */
  readonly lag: readonly { readonly topic: string; readonly partition: number; readonly messages: number }[];
}
