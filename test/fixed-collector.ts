/**
 * A collector with fixed contents, to test what shows it: two servers that are being migrated from one to the other,
 * 60 devices, probes, an unknown device. Counts follow from the list of clients, by the plainest code there is.
 */
import type { MetricsSource } from '../src/collector/metrics-source.ts';
import {
  type AgentView,
  type ClientPage,
  type ClientQuery,
  type ClientView,
  type CollectorViews,
  type EvidenceGap,
  type Migration,
  type PastGap,
  type SightingView,
  type StatusCounts,
  type SummaryView,
  type WindowCounts,
  statuses,
} from '../src/collector/views.ts';
import type { AgentReport } from '../src/event/agent-report.ts';
import { compareAddresses } from '../src/event/address.ts';
import { type FixedClient, migratingClients } from './fixed-clients.ts';

const fixedNow: number = Date.parse('2026-11-24T10:00:00.000Z');
const windowMs = { '5m': 300_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 };

export class FixedCollector implements CollectorViews, MetricsSource {
  readonly windows: readonly string[] = Object.keys(windowMs);
  readonly configuredServers: readonly string[] = ['EX01', 'EX02'];
  readonly brokered = false;
  version = 1;
  now: number = fixedNow;
  list: FixedClient[];
  gaps: EvidenceGap[] = [];
  pastGaps: PastGap[] = [];
  agentReports: AgentReport[] = [];
  readonly gapsForgotten = 0;
  agentList: AgentView[];

  constructor(clients: readonly FixedClient[] = migratingClients(), agents: readonly AgentView[] = fixedAgents()) {
    this.list = [...clients];
    this.agentList = [...agents];
  }

  /** Another client is seen for the first time. */
  add(client: FixedClient): void {
    this.list.push(client);
    this.version++;
  }

  summary(): SummaryView {
    const remaining = this.remaining();
    const left = (window: string): number => {
      const { unknown, acknowledged, known } = remaining[window]!;
      return unknown + acknowledged + known;
    };
    const complete = this.gaps.length === 0;
    const unknown = remaining['24h']!.unknown;
    return {
      asOf: new Date(this.now).toISOString(),
      verdict: unknown > 0 ? 'attention' : left('24h') > 0 ? 'remaining' : complete ? 'clear' : 'blind',
      evidence: { complete, reasons: this.gaps, past: this.pastGaps, canaries: [] },
      headline: {
        window: '24h',
        remaining: left('24h'),
        unknown,
        silentFor: { '7d': left('7d') - left('24h'), '30d': left('30d') - left('24h') },
      },
      windows: this.#counts(() => true),
      totals: {
        clients: this.list.length,
        connections: this.#sum((sighting) => sighting.connections),
        rows: this.#sum((sighting) => sighting.rows),
      },
      servers: (['EX01', 'EX02'] as const).map((name) => ({
        name,
        role: name === 'EX01' ? 'legacy' : 'new',
        phase: name === 'EX01' ? 'draining' : 'active',
        windows: this.#counts((sighting) => sighting.server === name),
        protocols: Object.fromEntries(
          (['imap4', 'pop3'] as const).map((protocol) => [
            protocol,
            { windows: this.#counts((sighting) => sighting.server === name && sighting.protocol === protocol) },
          ]),
        ),
      })),
    };
  }

  clients(query: ClientQuery): ClientPage {
    const text = query.search?.toLowerCase() ?? '';
    const matching = this.list
      .map((client) => this.#view(client))
      .filter((client) => query.status === undefined || client.status === query.status)
      .filter((client) =>
        client.sightings.some(
          ({ server, protocol, lastSeen }) =>
            (query.server ?? server) === server &&
            (query.protocol ?? protocol) === protocol &&
            (query.window === undefined || this.#within(lastSeen, query.window)),
        ),
      )
      .filter((client) =>
        [client.address, client.label, client.owner, ...client.users].some((part) =>
          part?.toLowerCase().includes(text),
        ),
      )
      .toSorted(
        (a, b) => (query.descending ? -1 : 1) * compare(a, b, query.sort) || compareAddresses(a.address, b.address),
      );
    const from = Number(query.cursor ?? 0);
    const to = from + query.limit;
    return {
      total: matching.length,
      clients: matching.slice(from, to),
      next: to < matching.length ? String(to) : null,
    };
  }

  client(address: string): ClientView | null {
    const client = this.list.find((candidate) => candidate.address === address);
    return client === undefined ? null : this.#view(client);
  }

  agents(): readonly AgentView[] {
    return this.agentList;
  }

  *sightings(): Iterable<SightingView> {
    const all = this.list.flatMap((client) => this.#sightings(client));
    yield* all.toSorted(
      (a, b) =>
        a.protocol.localeCompare(b.protocol) ||
        a.server.localeCompare(b.server) ||
        compareAddresses(a.address, b.address),
    );
  }

  remaining(): WindowCounts {
    return this.#counts(({ server, status }) => server === 'EX01' && status !== 'probe' && status !== 'proxied');
  }

  migration(): Record<string, Record<Migration, number>> {
    return Object.fromEntries(
      this.windows.map((window) => {
        const states = this.list
          .filter((client) => client.status !== 'probe' && client.status !== 'proxied')
          .map((client) => this.#sightings(client).filter(({ lastSeen }) => this.#within(lastSeen, window)))
          .map((sightings) => migrationOf(sightings.map(({ server }) => server)));
        const count = (state: Migration): number => states.filter((other) => other === state).length;
        return [window, { legacy_only: count('legacy_only'), both: count('both'), new_only: count('new_only') }];
      }),
    );
  }

  *sums(): Iterable<ReturnType<MetricsSource['sums']> extends Iterable<infer Sum> ? Sum : never> {
    for (const server of this.configuredServers) {
      for (const protocol of ['imap4', 'pop3'] as const) {
        const sum = (figure: (sighting: SightingView) => number): number =>
          this.#sum((sighting) =>
            sighting.server === server && sighting.protocol === protocol ? figure(sighting) : 0,
          );
        yield {
          server,
          protocol,
          connections: sum((sighting) => sighting.connections),
          loginsSucceeded: sum((sighting) => sighting.logins.succeeded),
          loginsFailed: sum((sighting) => sighting.logins.failed),
          bytesReceived: sum((sighting) => sighting.bytes.received),
          bytesSent: sum((sighting) => sighting.bytes.sent),
        };
      }
    }
  }

  newestUnknown(limit: number): ReturnType<MetricsSource['newestUnknown']> {
    const unknown = [...this.sightings()]
      .filter(({ status }) => status === 'unknown')
      .map((sighting) => ({
        ...sighting,
        firstSeen: Date.parse(sighting.firstSeen),
        lastSeen: Date.parse(sighting.lastSeen),
      }))
      .toSorted((a, b) => b.firstSeen - a.firstSeen);
    return { total: unknown.length, newest: unknown.slice(0, limit) };
  }

  unionOf(servers: ReadonlySet<string>): ReturnType<MetricsSource['unionOf']> {
    return { windows: this.#counts(({ server }) => servers.has(server)), protocols: {} };
  }

  reports(): readonly AgentReport[] {
    return this.agentReports;
  }

  counting(): ReturnType<MetricsSource['counting']> {
    return { stateComplete: true, connected: true, reasons: [], lag: [] };
  }

  canaries(): [] {
    return [];
  }

  entries(): Record<string, number> {
    return { clients: this.list.length, sightings: [...this.sightings()].length };
  }

  inventory(): ReturnType<MetricsSource['inventory']> {
    const entries = { legacy_only: 20, both: 2, new_only: 30, silent: 4, expired: 1 };
    return { entries, lastReloadSuccessful: true, lastLoadedAt: fixedNow - 3_600_000 };
  }

  #within(lastSeen: string, window: string): boolean {
    return Date.parse(lastSeen) > this.now - windowMs[window as keyof typeof windowMs];
  }

  #counts(which: (sighting: SightingView) => boolean): WindowCounts {
    return Object.fromEntries(
      this.windows.map((window) => {
        const seen = this.list.filter((client) =>
          this.#sightings(client).some((sighting) => which(sighting) && this.#within(sighting.lastSeen, window)),
        );
        const counts = Object.fromEntries(
          statuses.map((status) => [status, seen.filter((client) => client.status === status).length]),
        );
        return [window, { all: seen.length, ...counts } as StatusCounts];
      }),
    );
  }

  #sum(figure: (sighting: SightingView) => number): number {
    return [...this.sightings()].reduce((all, sighting) => all + figure(sighting), 0);
  }

  #sightings(client: FixedClient): SightingView[] {
    return client.seen.map(({ server, protocol, minutesAgo }, index) => {
      const connections = 3 + ((minutesAgo * 7 + index) % 400);
      const failed = client.failure === undefined ? 0 : connections;
      const lastSeen = new Date(fixedNow - minutesAgo * 60_000 - 1).toISOString();
      return {
        protocol,
        server,
        address: client.address,
        status: client.status,
        label: client.label ?? null,
        owner: client.owner ?? null,
        hints: client.hints ?? [],
        connections,
        rows: connections * 6,
        commands: connections * 4,
        logins: { succeeded: connections - failed, failed },
        bytes: { received: connections * 212, sent: connections * 48_122 },
        firstSeen: new Date(fixedNow - minutesAgo * 60_000 - 20 * 86_400_000).toISOString(),
        lastSeen,
        users: client.users ?? [],
        usersTotal: client.users?.length ?? 0,
        usersApproximate: false,
        endpoints: [server === 'EX01' ? '10.0.0.1:995' : '10.0.0.2:995'],
        lastFailure: client.failure === undefined ? null : { at: lastSeen, reason: client.failure },
        ...(protocol === 'smtp' ? { ...smtpFacts, helo: client.helo ?? [] } : noSmtpFacts),
      };
    });
  }

  #view(client: FixedClient): ClientView {
    const sightings = this.#sightings(client);
    const times = (at: 'firstSeen' | 'lastSeen'): string[] => sightings.map((sighting) => sighting[at]).toSorted();
    return {
      address: client.address,
      status: client.status,
      label: client.label ?? null,
      owner: client.owner ?? null,
      migration: migrationOf(client.seen.map(({ server }) => server)),
      firstSeen: times('firstSeen')[0]!,
      lastSeen: times('lastSeen').at(-1)!,
      connections: sightings.reduce((all, { connections }) => all + connections, 0),
      rows: sightings.reduce((all, { rows }) => all + rows, 0),
      users: client.users ?? [],
      hints: client.hints ?? [],
      sightings,
    };
  }
}

const noSmtpFacts = { messages: 0, tracked: 0, helo: [], tls: null, senders: [], connectors: [] };

const smtpFacts = {
  messages: 12,
  tracked: 11,
  tls: 'TLS 1.2',
  senders: ['scan@contoso.test'],
  connectors: ['Relay'],
};

function migrationOf(servers: readonly string[]): Migration | null {
  if (servers.length === 0) return null;
  if (!servers.includes('EX01')) return 'new_only';
  return servers.includes('EX02') ? 'both' : 'legacy_only';
}

function compare(a: ClientView, b: ClientView, sort: ClientQuery['sort']): number {
  if (sort === 'address') return compareAddresses(a.address, b.address);
  if (sort === 'status') return statuses.indexOf(a.status) - statuses.indexOf(b.status);
  if (sort === 'connections' || sort === 'rows') return a[sort] - b[sort];
  return a[sort].localeCompare(b[sort]);
}

export function fixedAgents(): readonly AgentView[] {
  return ['EX01', 'EX02'].map((server, index) => ({
    agent: `agent-${index + 1}`,
    name: `mail-${index + 1}`,
    version: '0.1.0',
    server,
    lastHeartbeat: new Date(fixedNow - 4_000).toISOString(),
    silent: false,
    clockSkewSeconds: index === 0 ? 0.2 : -1.5,
    lanes: (['imap4', 'pop3'] as const).map((protocol) => ({
      lane: `lane-${server}-${protocol}`,
      protocol,
      root: `\\\\${server.toLowerCase()}\\C$\\Program Files\\Microsoft\\Exchange Server\\V15\\Logging\\${protocol === 'pop3' ? 'Pop3' : 'Imap4'}`,
      filesFollowed: 2,
      backlogBytes: 0,
      bytesAtRisk: 0,
      bytesLost: 0,
      deadLetters: 0,
      deadLettersLost: 0,
      lastRow: new Date(fixedNow - 9_000).toISOString(),
      lastScan: new Date(fixedNow - 1_000).toISOString(),
      scanError: null,
      readBack: { done: true, fraction: 1 },
      gaps: [],
    })),
  }));
}
