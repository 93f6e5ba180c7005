import type { AgentState, FileRecord, LaneRecord } from '../records.ts';

interface OpenStore {
  readonly directory: string;
  readonly programVersion: string;
  readonly waitMs: number;
}

/** What one transaction makes durable. Everything is absolute, so that doing it twice is doing it once. */
export interface StoreCommit {
  readonly sightings: readonly StoredSighting[];
  readonly lanes: readonly LaneRecord[];
  readonly files: readonly FileRecord[];
  readonly forgottenFiles: readonly string[];
}

/** A sighting's key, and its encoded form. */
export type StoredSighting = readonly [key: string, value: string];

export interface SightingPage {
  /** Packed by `PackedPageWriter`. */
  readonly page: Uint8Array<ArrayBuffer>;
  readonly sightings: number;
  /** Key to go on behind; null after the last page. */
  readonly next: string | null;
}

/** What the thread that owns the database can be asked. */
export interface StoreCalls {
  open(request: OpenStore): AgentState;
  /** The sightings behind this key, in the order of their keys; from the first one for null. */
  read(after: string | null): SightingPage;
  /** Puts sightings that the next commit is to make durable: a large change comes in pieces. */
  stage(sightings: readonly StoredSighting[]): void;
  commit(change: StoreCommit): void;
}
