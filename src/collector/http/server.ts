/** The collector's server: page, metrics, API. Reading only; nothing that is asked of it changes anything. */
import type { ListenAddress } from '../../http/listen-address.ts';
import { operationRoutes } from '../../http/operation-routes.ts';
import type { ServerSecurity } from '../../http/security.ts';
import { type HttpServer, serve } from '../../http/server.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { MetricRegistry } from '../../telemetry/registry.ts';
import { pageRoutes } from '../page/page-routes.ts';
import type { CollectorViews } from '../views.ts';
import { apiRoutes } from './api-routes.ts';
import { liveFeed } from './live-feed.ts';

/** Besides live listeners: scrapes, API, pages that load. */
const otherConnectionsMax = 256;

export interface CollectorServerOptions {
  readonly views: CollectorViews;
  readonly registry: MetricRegistry;
  readonly log: Logger;
  readonly clock: Clock;
  readonly version: string;
  readonly listen: ListenAddress;
  readonly allowInsecureListen: boolean;
  /** None where left out. */
  readonly security?: ServerSecurity | undefined;
  readonly listenersMax: number;
  /** Why the process can no longer make progress; empty while it can. */
  readonly stuck: () => readonly string[];
  /** Why it is not ready; empty once it is. */
  readonly unready: () => readonly string[];
}

/** Resolves once it listens; a UserError says why it cannot. Closing it takes five seconds at most. */
export function serveCollector(options: CollectorServerOptions): Promise<HttpServer> {
  const { views, registry, clock, listenersMax } = options;
  const onBound = (bound: string): void => registry.count('bounds_hit_total', { bound });
  const feed = liveFeed({ views, clock, listenersMax, onBound });
  registry.onScrape(() => registry.show('live_listeners', [[{}, feed.listeners]]));
  return serve({
    listen: options.listen,
    allowInsecureListen: options.allowInsecureListen,
    security: options.security,
    connectionsMax: listenersMax + otherConnectionsMax,
    log: options.log,
    onBound,
    routes: [...operationRoutes(options), ...apiRoutes(views, feed), ...pageRoutes(views, options.version)],
  });
}
