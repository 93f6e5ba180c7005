/** Figures for metrics that are no count of one set. */
import { type Protocol, protocols } from '../event/protocol.ts';
import { statuses } from '../inventory/status.ts';
import type { ClientStore } from './client-store.ts';
import type { CountedSets } from './counted-sets.ts';
import type { MetricsSource } from './metrics-source.ts';
import type { Migration, StatusCounts, WindowCounts } from './views.ts';

/** Clients of both roles are in the sets of either, so what is in one only is a difference. */
export function migrationCounts(
  sets: CountedSets,
  windows: readonly string[],
): Readonly<Record<string, Readonly<Record<Migration, number>>>> {
  const byWindow = windows.map((text, window) => {
    const both = sets.remaining(sets.bothRoles, window);
    const counts = {
      legacy_only: sets.remaining(sets.roles.legacy, window) - both,
      both,
      new_only: sets.remaining(sets.roles.new, window) - both,
    };
    return [text, counts] as const;
  });
  return Object.fromEntries(byWindow);
}

const none: StatusCounts = { all: 0, unknown: 0, acknowledged: 0, known: 0, proxied: 0, probe: 0 };

/** Counts clients of several servers as one set, by looking at every client. */
export function unionOf(
  store: ClientStore,
  servers: ReadonlySet<string>,
  windows: readonly string[],
): ReturnType<MetricsSource['unionOf']> {
  const count = (protocol: Protocol | null): WindowCounts =>
    Object.fromEntries(windows.map((text, window) => [text, countUnion(store, servers, protocol, window)]));
  const seen = protocols.filter((protocol) =>
    [...store.sums.values()].some((sum) => servers.has(sum.server) && sum.protocol === protocol),
  );
  return {
    windows: count(null),
    protocols: Object.fromEntries(seen.map((protocol) => [protocol, count(protocol)])),
  };
}

function countUnion(
  store: ClientStore,
  servers: ReadonlySet<string>,
  protocol: Protocol | null,
  window: number,
): StatusCounts {
  const counts = { ...none };
  const { rolling } = store.sets;
  for (let client = 0; client < store.size; client++) {
    let isIn = false;
    let first = statuses.length - 1;
    for (const sighting of store.sightingsOf(client)) {
      const { server, protocol: own } = store.sourceOf(sighting);
      if (!servers.has(server) || (protocol !== null && own !== protocol)) continue;
      first = Math.min(first, store.table.mark(sighting));
      const entry = rolling.find(store.sets.of(server, protocol), client);
      isIn ||= entry >= 0 && rolling.isIn(entry, window);
    }
    if (!isIn) continue;
    counts.all++;
    counts[statuses[first] ?? 'unknown']++;
  }
  return counts;
}
