import type { Protocol } from '../event/protocol.ts';

export interface Window {
  /** As it was configured: names the window in answers and metrics. */
  readonly text: string;
  readonly ms: number;
}

export type Role = 'legacy' | 'new';
export type Phase = 'active' | 'draining' | 'drained';

export interface ServerSettings {
  /** As it was configured: for display; the key is what identifies. */
  readonly name: string;
  readonly role: Role | null;
  readonly phase: Phase;
  /** Canonical addresses or CIDRs. */
  readonly addresses: readonly string[];
  readonly expect: Readonly<Partial<Record<Protocol, 'on' | 'off'>>>;
  readonly silenceAfterMs: number | null;
}

export interface CollectorSettings {
  /** By server key. */
  readonly servers: ReadonlyMap<string, ServerSettings>;
  /** Canonical addresses or CIDRs. */
  readonly balancers: readonly string[];
  /** Shortest first; holds the headline's. */
  readonly windows: readonly Window[];
  readonly headline: Window;
  readonly bucketMs: number;
  /** Unknown clients that get a metric series each. */
  readonly topClientsMax: number;
}
