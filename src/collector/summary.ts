/** The headline and the figures of every set: what decides a switch-off. */
import { type Protocol, protocols } from '../event/protocol.ts';
import type { ClientStore } from './client-store.ts';
import type { CollectorSettings } from './settings.ts';
import type { RememberedGap } from './gap-memory.ts';
import type { CanaryView, EvidenceGap, PastGap, SummaryView, Verdict } from './views.ts';

/** What the numbers rest on. */
export interface SummedEvidence {
  readonly gaps: readonly EvidenceGap[];
  readonly past: readonly RememberedGap[];
  readonly canaries: readonly CanaryView[];
}

/** Of past gaps; a flood of them is a story for the metrics. */
const pastMax = 100;

function viewPast({ gap, from, to }: RememberedGap): PastGap {
  return { ...gap, from: new Date(from).toISOString(), to: new Date(to ?? from).toISOString() };
}

/** A positive number is true whatever the evidence; a zero only with it. */
function verdictOf(remaining: number, unknown: number, evidenceComplete: boolean): Verdict {
  if (unknown > 0) return 'attention';
  if (remaining > 0) return 'remaining';
  return evidenceComplete ? 'clear' : 'blind';
}

/** Configured servers first, in their order, then the others by name. */
function serverOrder(settings: CollectorSettings, seen: Iterable<string>): string[] {
  const others = [...new Set(seen)].filter((server) => !settings.servers.has(server));
  return [...settings.servers.keys(), ...others.toSorted()];
}

function serverViews(store: ClientStore, settings: CollectorSettings): SummaryView['servers'] {
  const { sets } = store;
  const seen = [...store.sums.values()];
  return serverOrder(
    settings,
    seen.map(({ server }) => server),
  ).map((server) => {
    const configured = settings.servers.get(server);
    const own = protocols.filter((protocol) => seen.some((sum) => sum.server === server && sum.protocol === protocol));
    const perProtocol = own.map(
      (protocol) => [protocol, { windows: sets.windowCounts(sets.of(server, protocol)) }] as const,
    );
    return {
      name: server,
      role: configured?.role ?? null,
      phase: configured?.phase ?? 'active',
      windows: sets.windowCounts(sets.of(server, null)),
      protocols: Object.fromEntries(perProtocol) as Partial<Record<Protocol, (typeof perProtocol)[number][1]>>,
    };
  });
}

export function summarise(
  store: ClientStore,
  settings: CollectorSettings,
  { gaps, past, canaries }: SummedEvidence,
  now: number,
): SummaryView {
  const { sets, sums } = store;
  const headline = settings.windows.findIndex((window) => window.text === settings.headline.text);
  const remaining = sets.remaining(sets.headline, headline);
  const { unknown } = sets.counts(sets.headline, headline);
  // Windows hold each other, so who is in a longer one and not in the headline's is a difference. The two longest are
  // shown: a weekly and a monthly job, unless the windows were set otherwise.
  const silentFor = settings.windows
    .map(({ text, ms }, window) => ({ text, ms, window }))
    .filter(({ ms }) => ms > settings.headline.ms)
    .slice(-2)
    .map(({ text, window }) => [text, sets.remaining(sets.headline, window) - remaining] as const);
  return {
    asOf: new Date(now).toISOString(),
    verdict: verdictOf(remaining, unknown, gaps.length === 0),
    evidence: { complete: gaps.length === 0, reasons: gaps, past: past.slice(0, pastMax).map(viewPast), canaries },
    headline: { window: settings.headline.text, remaining, unknown, silentFor: Object.fromEntries(silentFor) },
    windows: sets.windowCounts(sets.all),
    totals: { clients: store.size, connections: sums.connections, rows: sums.rows },
    servers: serverViews(store, settings),
  };
}
