/**
 * What `run`, `demo` and `collector` share: the collector's heart, its metrics, its inventory and its server. How
 * events come to be counted is theirs.
 */
import { Canaries, hostAddresses } from '../collector/canary/canaries.ts';
import { Collector } from '../collector/collector.ts';
import { EvidenceWatch } from '../collector/evidence-watch.ts';
import { GapFile } from '../collector/gap-file.ts';
import { serveCollector } from '../collector/http/server.ts';
import { InventoryReload } from '../collector/inventory-reload.ts';
import { KnownClientsBook } from '../collector/known-clients.ts';
import { type CollectorMetrics, collectorMetrics } from '../collector/metrics.ts';
import type { Settings } from '../config/schema.ts';
import type { CountingObserver } from '../delivery/counting.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createRegistry, type MetricRegistry } from '../telemetry/registry.ts';
import { canarySettings } from './canary-settings.ts';
import { collectorSettings } from './collector-settings.ts';
import { revision, version } from './version.ts';
import { webSecurity } from './web-security.ts';

const defaultListen = { host: '127.0.0.1', port: 9471 };

export interface Collecting extends AsyncDisposable {
  readonly collector: Collector;
  /** Hears of counting: metrics, evidence and log are told. */
  readonly observer: CountingObserver;
  readonly registry: MetricRegistry;
  /** Where it serves. */
  readonly url: string;
}

export interface CollectingOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly brokered: boolean;
  /** Where gaps in the evidence are kept over a restart; null = nowhere. */
  readonly gapDirectory: string | null;
  readonly stuck: () => readonly string[];
  readonly unready: () => readonly string[];
}

function tellAll(metrics: CollectorMetrics, collector: Collector, logger: Logger): CountingObserver {
  return {
    events: (result, count) => metrics.events(result, count),
    eventLag: (server, seconds) => metrics.eventLag(server, seconds),
    boundHit: (bound) => metrics.boundHit(bound),
    saved: (at) => metrics.saved(at),
    loss(loss) {
      metrics.loss(loss);
      collector.remember(loss);
      logger.error({ ...loss }, `${loss.kind}: ${loss.detail}`);
    },
  };
}

async function watchEvidence(
  collector: Collector,
  { gapDirectory, logger }: Pick<CollectingOptions, 'gapDirectory' | 'logger'>,
): Promise<EvidenceWatch> {
  const file = gapDirectory === null ? null : new GapFile(gapDirectory, logger);
  if (file !== null) collector.recall(await file.load());
  return new EvidenceWatch({ watched: collector, save: file === null ? null : (gaps) => file.save(gaps) });
}

export async function startCollecting(options: CollectingOptions): Promise<Collecting> {
  const { settings, logger, brokered, stuck, unready } = options;
  await using started = new AsyncDisposableStack();
  const own = collectorSettings(settings);
  const clock = systemClock;
  const canary = canarySettings(settings, own.servers);
  const known = new KnownClientsBook(own, clock, settings.inventory !== undefined);
  if (canary.targets.length > 0) for (const address of hostAddresses()) known.learnCanary(address);
  let metrics: CollectorMetrics | null = null;
  const collector = new Collector({
    settings: own,
    clock,
    known,
    brokered,
    canary,
    onFirstSeen: (server, protocol) => metrics?.unknownFirstSeen(server, protocol),
  });
  if (settings.inventory !== undefined) {
    const onChange = (): void => collector.reclassify();
    const reload = await InventoryReload.start({ path: settings.inventory, known, onChange, clock, logger });
    started.use(reload);
  }
  started.use(await watchEvidence(collector, options));
  const onSource = (address: string): void => {
    if (known.learnCanary(address)) collector.reclassify();
  };
  const isReady = (): boolean => collector.counting().stateComplete;
  started.use(new Canaries({ settings: canary, book: collector.canaryBook, clock, logger, isReady, onSource }));
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: true });
  metrics = collectorMetrics(registry, collector, collector, {
    version,
    revision,
    unknownSeriesMax: own.topClientsMax,
  });
  known.onOverflow = () => registry.count('bounds_hit_total', { bound: 'own addresses' });
  const server = await serveCollector({
    views: collector,
    registry,
    log: logger,
    clock,
    version,
    listen: settings.http.listen ?? defaultListen,
    allowInsecureListen: settings.http.allowInsecureListen,
    security: webSecurity(settings),
    listenersMax: settings.collector.limits.listeners,
    stuck,
    unready,
  });
  started.use(server);
  const held = started.move();
  return {
    collector,
    observer: tellAll(metrics, collector, logger),
    registry,
    url: server.url,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
