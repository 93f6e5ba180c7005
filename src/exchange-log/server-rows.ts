/** What was read of one server: the rows that count, outside `since` and `until` too. */
export interface ServerRows {
  /** Its key. */
  readonly server: string;
  readonly rows: number;
  readonly lastRowAt: number;
  /** Local `address:port` that was dialled, each once. */
  readonly endpoints: ReadonlySet<string>;
}

/** The same while it grows. */
export class ServerTally implements ServerRows {
  readonly server: string;
  rows = 0;
  lastRowAt = Number.NEGATIVE_INFINITY;
  readonly endpoints = new Set<string>();

  constructor(server: string) {
    this.server = server;
  }
}
