/**
 * The collector's heart: committed sightings, agents and losses come in; answers for API, page and metrics go out.
 * It neither reads nor writes anything itself, and what it answers is as of the clock at the moment of the question.
 */
import type { CommittedSighting, CommittedSightings, CountingStatus, Loss } from '../delivery/counting.ts';
import type { AgentReport } from '../event/agent-report.ts';
import { compareAddresses } from '../event/address.ts';
import type { Protocol } from '../event/protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import { describeSighting } from '../sighting/described.ts';
import type { Sighting } from '../sighting/sighting.ts';
import type { SightingTable } from '../sighting/table/sighting-table.ts';
import { AgentBook } from './agent-book.ts';
import { viewAgents } from './agent-view.ts';
import { CanaryBook, type CanaryState } from './canary/canary-book.ts';
import { viewCanary } from './canary/canary-view.ts';
import type { CanarySettings } from './canary/target.ts';
import { type Classifier, ClientStore } from './client-store.ts';
import { queryClients, type Search } from './client-query.ts';
import { type Naming, viewClient } from './client-view.ts';
import { CountedSets } from './counted-sets.ts';
import { evidenceGaps } from './evidence.ts';
import { migrationCounts, unionOf } from './figures.ts';
import { GapMemory, type RememberedGap } from './gap-memory.ts';
import type { InventoryFigures, MetricsSource, SightingSums } from './metrics-source.ts';
import type { CollectorSettings } from './settings.ts';
import { summarise } from './summary.ts';
import type {
  AgentView,
  ClientPage,
  ClientQuery,
  ClientView,
  CollectorViews,
  EvidenceGap,
  Migration,
  SightingView,
  SummaryView,
  WindowCounts,
} from './views.ts';

/** Who is who: the inventory, our own addresses, and what may be searched for. */
export interface KnownClients extends Classifier, Naming {
  searchFor(text: string, table: SightingTable): Search;
  /** Null without an inventory. `stateOf` tells what the clients of an entry do. */
  figures(store: ClientStore): InventoryFigures | null;
}

export interface CollectorOptions {
  readonly settings: CollectorSettings;
  readonly clock: Clock;
  readonly known: KnownClients;
  readonly brokered: boolean;
  readonly canary?: CanarySettings;
  /** An unknown client was counted for the first time, live, by this process. */
  readonly onFirstSeen: (server: string, protocol: Protocol) => void;
}

/** Losses remembered for the evidence; older ones than the headline's window do not matter. */
const lossesMax = 1000;

const dayMs = 86_400_000;

/** A start has this long to load the state before its gaps are remembered. */
const startMs = 30_000;

export class Collector implements CollectorViews, MetricsSource, CommittedSightings {
  readonly agentBook: AgentBook;
  readonly windows: readonly string[];
  readonly brokered: boolean;
  readonly configuredServers: readonly string[];
  readonly canaryBook: CanaryBook;
  readonly #startedAt: number;
  readonly #settings: CollectorSettings;
  readonly #clock: Clock;
  readonly #known: KnownClients;
  readonly #store: ClientStore;
  readonly #probeWindow: number;
  #losses: Loss[] = [];
  #memory = new GapMemory();
  #counting: () => CountingStatus = () => ({
    stateComplete: false,
    connected: false,
    reasons: ['the state is not loaded yet'],
    lag: [],
  });
  #extraEntries: () => Readonly<Record<string, number>> = () => ({});

  constructor({ settings, clock, known, brokered, canary, onFirstSeen }: CollectorOptions) {
    this.#settings = settings;
    this.#clock = clock;
    this.#known = known;
    this.brokered = brokered;
    this.windows = settings.windows.map((window) => window.text);
    this.configuredServers = [...settings.servers.keys()];
    this.agentBook = new AgentBook(clock);
    this.canaryBook = new CanaryBook(canary?.targets ?? [], canary?.everyMs ?? dayMs, (protocol, server, address) =>
      this.get(protocol, server, address),
    );
    this.#startedAt = clock.monotonic();
    this.#store = new ClientStore(
      new CountedSets(settings, clock.now()),
      known,
      ({ server, protocol }) => onFirstSeen(server, protocol),
      settings.topClientsMax,
    );
    // The window in which probes prove that logging is on: 24 h, or the nearest that is kept.
    const longEnough = settings.windows.findIndex((window) => window.ms >= dayMs);
    this.#probeWindow = longEnough < 0 ? settings.windows.length - 1 : longEnough;
    for (const [server, { expect }] of settings.servers) {
      for (const [protocol, word] of Object.entries(expect)) {
        if (word === 'on') this.#store.sums.expect(server, protocol as Protocol);
      }
    }
  }

  /** Tells where the counting stands from now on, and what else is held in memory. */
  countBy(status: () => CountingStatus, entries: () => Readonly<Record<string, number>> = () => ({})): void {
    this.#counting = status;
    this.#extraEntries = entries;
  }

  get version(): number {
    return this.#store.version;
  }

  get(protocol: Protocol, server: string, address: string): Sighting | undefined {
    return this.#store.get(protocol, server, address);
  }

  commit(changes: readonly CommittedSighting[]): void {
    this.#tick();
    this.#store.commit(changes);
  }

  restore(page: Uint8Array<ArrayBuffer>): void {
    this.#tick();
    this.#store.restore(page);
  }

  remember(loss: Loss): void {
    this.#losses.push(loss);
    if (this.#losses.length > lossesMax) this.#losses.shift();
    this.#store.version++;
  }

  /** The inventory has changed. */
  reclassify(): void {
    this.#store.reclassifyAll();
  }

  summary(): SummaryView {
    const now = this.#tick();
    const evidence = {
      gaps: this.gaps(),
      past: this.#memory.past(now),
      canaries: this.canaryBook.states.map(viewCanary),
    };
    return summarise(this.#store, this.#settings, evidence, now);
  }

  /** Takes up the gaps that an earlier run remembered; before the first look. */
  recall(gaps: readonly RememberedGap[]): void {
    this.#memory = new GapMemory(gaps);
  }

  rememberedGaps(): readonly RememberedGap[] {
    return this.#memory.all();
  }

  /** Remembers the gaps that there are now; answers whether one was opened or closed since the last look. */
  lookAtEvidence(): boolean {
    const isStarting = !this.#counting().stateComplete && this.#clock.monotonic() - this.#startedAt < startMs;
    if (isStarting || !this.#memory.look(this.gaps(), this.#clock.now())) return false;
    this.#store.version++;
    return true;
  }

  get gapsForgotten(): number {
    return this.#memory.forgotten;
  }

  gaps(): EvidenceGap[] {
    const { sets, sums } = this.#store;
    return evidenceGaps({
      now: this.#tick(),
      settings: this.#settings,
      agents: this.agentBook.agents(),
      losses: this.#losses,
      counting: this.#counting(),
      canaries: this.canaryBook,
      proofOf: (server, protocol) => ({
        lastSeen: sums.lastSeen(server, protocol),
        probed: sets.knows(server, protocol) && sets.counts(sets.of(server, protocol), this.#probeWindow).probe > 0,
      }),
    });
  }

  /** Throws a `Problem` for a cursor that is none. The caller has checked that the window is one of `windows`. */
  clients(query: ClientQuery): ClientPage {
    this.#tick();
    const windowIndex = query.window === undefined ? null : this.windows.indexOf(query.window);
    const matches = query.search === undefined ? null : this.#known.searchFor(query.search, this.#store.table);
    return queryClients(this.#store, this.#known, { ...query, windowIndex, matches });
  }

  client(address: string): ClientView | null {
    this.#tick();
    const record = this.#store.recordOf(address);
    return record === undefined ? null : viewClient(record, this.#store.sets, this.#known);
  }

  agents(): readonly AgentView[] {
    return viewAgents(this.agentBook.agents(), this.#settings, this.gaps(), this.#tick());
  }

  *sightings(): Iterable<SightingView> {
    const { table } = this.#store;
    const addressOf = (sighting: number): string => table.clients.text(table.clientOf(sighting));
    const all = Array.from({ length: table.size }, (_, sighting) => sighting);
    all.sort((left, right) => {
      const [one, other] = [this.#store.sourceOf(left), this.#store.sourceOf(right)];
      if (one.protocol !== other.protocol) return one.protocol < other.protocol ? -1 : 1;
      if (one.server !== other.server) return one.server < other.server ? -1 : 1;
      return compareAddresses(addressOf(left), addressOf(right));
    });
    for (const sighting of all) {
      const status = this.#store.statusOf(sighting);
      yield describeSighting(table.read(sighting), { status, ...this.#known.nameOf(addressOf(sighting)) });
    }
  }

  remaining(): WindowCounts {
    this.#tick();
    return this.#store.sets.windowCounts(this.#store.sets.headline);
  }

  migration(): Readonly<Record<string, Readonly<Record<Migration, number>>>> {
    this.#tick();
    return migrationCounts(this.#store.sets, this.windows);
  }

  sums(): Iterable<SightingSums> {
    for (const { report } of this.agentBook.agents()) {
      for (const { server, protocol } of report.lanes) this.#store.sums.expect(server, protocol);
    }
    return this.#store.sums.values();
  }

  newestUnknown(limit: number): ReturnType<MetricsSource['newestUnknown']> {
    return { total: this.#store.unknownTotal, newest: this.#store.newestUnknown().slice(0, limit) };
  }

  unionOf(servers: ReadonlySet<string>): ReturnType<MetricsSource['unionOf']> {
    this.#tick();
    return unionOf(this.#store, servers, this.windows);
  }

  *reports(): Iterable<AgentReport> {
    for (const { report } of this.agentBook.agents()) yield report;
  }

  counting(): CountingStatus {
    return this.#counting();
  }

  canaries(): readonly CanaryState[] {
    return this.canaryBook.states;
  }

  entries(): Readonly<Record<string, number>> {
    return { clients: this.#store.size, sightings: this.#store.table.size, ...this.#extraEntries() };
  }

  inventory(): InventoryFigures | null {
    this.#tick();
    return this.#known.figures(this.#store);
  }

  #tick(): number {
    const now = this.#clock.now();
    this.#store.sets.rolling.advance(now);
    return now;
  }
}
