import type { Protocol } from '../../event/protocol.ts';

/** One port of one server that a canary connects to. */
export interface CanaryTarget {
  /** As it was configured. */
  readonly text: string;
  /** Key of the server whose logs must show it. */
  readonly server: string;
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  /** TLS begins with the connection. */
  readonly tls: boolean;
}

export interface CanarySettings {
  readonly targets: readonly CanaryTarget[];
  readonly everyMs: number;
  /** Canonical addresses that servers see canaries come from, besides those of this host. */
  readonly from: readonly string[];
}
