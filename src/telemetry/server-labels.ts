/** Servers that get a label of their own in metrics; the API is complete. */
const serverLabelsMax = 100;

/** Label of the one set that holds all other servers. Not a server's key: those are upper case. */
export const otherServers = '_other';

export interface ServerLabels {
  /** Servers with a label of their own, configured ones first, then by name. */
  readonly own: readonly string[];
  /** Servers behind `_other`; empty while all have their own. */
  readonly other: ReadonlySet<string>;
  of(server: string): string;
}

/** Depends on the names alone, so that every collector of a group comes to the same labels. */
export function serverLabels(
  configured: Iterable<string>,
  seen: Iterable<string>,
  max: number = serverLabelsMax,
): ServerLabels {
  const first = [...new Set(configured)];
  const rest = [...new Set(seen)].filter((server) => !first.includes(server)).sort();
  const all = [...first, ...rest];
  const other = new Set(all.slice(max));
  return { own: all.slice(0, max), other, of: (server) => (other.has(server) ? otherServers : server) };
}
